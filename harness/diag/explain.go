package diag

// Explanations gives what there is to say of every code, in the order of the
// codes: `assay explain` and the reference are made from it.
func Explanations() []Explanation {
	var all []Explanation
	for _, part := range [][]Explanation{
		explainRun(), explainYAML(), explainExpressions(), explainSuites(), explainChecks(), explainConfig(),
		explainUsage(), explainRecordings(), explainLive(),
	} {
		all = append(all, part...)
	}
	return all
}

// Explain gives what there is to say of one code.
func Explain(code Code) (Explanation, bool) {
	for _, e := range Explanations() {
		if e.Code == code {
			return e, true
		}
	}
	return Explanation{}, false
}

func explainRun() []Explanation {
	return []Explanation{
		{
			Internal, "fault in assay",
			"Something happened that assay's own code rules out. It says nothing about the model or the suites. What was paid for is in the journal.",
			"Run the same command again; if it happens again, report it with the text and the stack that were printed.",
		},
		{
			SecretLeak, "secret in what would be written",
			"The last gate before the disk found a secret that redaction had not replaced. The text was withheld; its digest and its cost are recorded.",
			"Report it without the secret. Change the key if the provider's reply may have been seen by others.",
		},
		{
			FormatUnfaithful, "formatting would change a file's meaning",
			"assay fmt reads its own result again before it writes anything, and compares texts, keys and comments. This time they differ, so the file was left as it is.",
			"Nothing is lost. Report it with the lines around the place named; until then, write those lines in a simpler way.",
		},
		{
			ExpectationFailed, "expectation not met",
			"The reply was received and judged, and it is not what the suite says it must be.",
			"Compare expected and actual. If the reply is wrong, change the prompt and record it again; if the expectation is too narrow, change the expectation, which needs no new recording.",
		},
		{
			CheckBroken, "check could not be evaluated",
			"An expectation could not be computed for a reason that lies in the suite, such as a condition that fails for every reply, or a check whose value came out empty and would always pass.",
			"Correct the expectation at the place shown. A fault of the reply (no JSON, no such field) would be a failure, not this.",
		},
		{
			CaptureFailed, "capture found nothing",
			"A capture takes a value from a reply, and this reply has none: no match of the pattern, no such header, or an expression that fails on it. Turns that need the value are skipped.",
			"Look at the reply with assay show. Make the prompt ask for the form that the capture needs, or make the capture accept what the model writes.",
		},
		{
			KnownFailureGone, "known failure passes",
			"The case is marked known_failure, and it passed. The mark would hide the day on which it fails again.",
			"Remove known_failure from the case.",
		},
	}
}

func explainUsage() []Explanation {
	return []Explanation{
		{
			BadFlag, "flag or argument not understood",
			"A flag does not exist, has a value that it does not take, or cannot stand beside another.",
			"See assay COMMAND --help.",
		},
		{
			SelectedNothing, "nothing selected",
			"The selection matches no case. A test that runs nothing must not be green.",
			"Correct it as suggested, or pass --allow-empty where nothing is a good answer.",
		},
		{
			BadAddress, "address not understood",
			"An address or selector is not of the form suite.case[\"key\"]@provider#sample.turn[1].",
			"Copy it from a report, and put it in single quotes for the shell.",
		},
		{
			BadScript, "script not understood",
			"The file given with --script is not a script of replies, or one of its entries cannot be used.",
			"Write script: 1 and replies, a list of {when, text or body, status, headers, credits, latency}.",
		},
		{
			CannotListen, "address cannot be listened on",
			"The mock server could not open the address: it is in use, not allowed, or not of this machine.",
			"Choose another with --listen; port 0 takes a free one and prints it.",
		},
		{
			CannotWrite, "cannot write",
			"A report or file could not be written: the folder cannot be made, is not writable, or the disk is full.",
			"Make room or permissions, or choose another folder.",
		},
		{
			BadRunRecord, "run record not readable",
			"The file is not a run record, is cut short, or was written by a newer version.",
			"Run assay test again to write a new one.",
		},
		{
			BadDriftReport, "drift report not readable",
			"The file is not a drift report, is cut short, was edited, or was written by another version.",
			"Run assay drift again to write a new one.",
		},
	}
}

func explainRecordings() []Explanation {
	return []Explanation{
		{
			BadImport, "nothing to import",
			"The file is not of the format that was named, or it holds no question to a chat model that a suite can ask. What was found is listed with its place and the reason.",
			"See assay import --help for the formats. Streams, images and tools are not supported yet.",
		},
		{
			BadPlan, "saved plan not readable",
			"The file is not a saved plan, is cut short, was edited, or was written by another version.",
			"Make it again with assay plan --out FILE.",
		},
		{
			RecordingMissing, "recording missing",
			"No reply to this question has been recorded. Replay never asks a provider.",
			"Record it with assay apply, which shows what it would cost first, and commit the file.",
		},
		{
			RecordingStale, "recording stale",
			"A reply is recorded at this address, and the question has changed since: the message shows where.",
			"Record it again with assay apply, or undo the change.",
		},
		{
			RecordingFollows, "recording follows a stale one",
			"An earlier turn of the conversation is stale or missing, so this turn's history is not known until that one is recorded.",
			"Record the conversation with assay apply. If the question turns out unchanged, its recording is kept and nothing is asked.",
		},
		{
			RecordingMoved, "recording stands at another address",
			"The whole conversation, question by question, is recorded under an address that no case has any more: the case was renamed.",
			"Run assay apply, which moves the file for free, or add {from, to} to moved.",
		},
		{
			RecordingBlocked, "capture fails on the recorded reply",
			"A turn needs a captured value, and the capture finds nothing in the recorded reply, so the turn's question cannot be built.",
			"Correct the capture, or record the earlier turn again with assay apply --replace.",
		},
		{
			RecordingConflicted, "recording holds a merge conflict",
			"The file has git's conflict markers.",
			"Resolve the conflict by choosing one side whole, or delete the file and record it again.",
		},
		{
			RecordingDamaged, "recording damaged",
			"The file cannot be read, or its parts contradict each other. It is never overwritten, and never read as empty.",
			"Restore it from git, or delete it and record it again.",
		},
		{
			RecordingNewer, "recording of a newer version",
			"The file was written by a version of assay whose format this one does not know.",
			"Use that version or a later one.",
		},
		{
			RecordingSecret, "recording holds a secret",
			"The file contains the value of a key or a sensitive variable, in plain or encoded form.",
			"Delete the file, change the key if the file was ever pushed, and record it again.",
		},
		{
			RecordingDuplicate, "address recorded twice",
			"Two files, or two exchanges of one, hold the same address, and which one counts is not guessed.",
			"Delete one of them.",
		},
		{
			RecordingAmbiguous, "several recordings could have moved here",
			"No recording has this address, and several that no case uses hold the same conversation.",
			"Say which one with moved: [{from: …, to: …}], or delete the others.",
		},
		{
			RecordingOrphan, "recording of no case",
			"The file's address belongs to no case: the case was deleted or renamed.",
			"assay apply deletes it after showing it, unless --no-prune is given; moved keeps it for a renamed case.",
		},
		{
			CannotRecord, "recording could not be written",
			"The reply was received and is in the journal, and its file could not be written: the disk is full, or the folder is not writable.",
			"Make room or permissions and run assay apply again: it records from the journal and does not pay twice.",
		},
		{
			RecordingUnfit, "recorded reply can't be judged",
			"What is recorded is an error that no suite expects: the `status` check that did is gone, or the file was changed by hand. Nothing was asked.",
			"Write the `status` check again, restore the file from version control, or remove it and record again with assay apply.",
		},
		{
			KeptDamaged, "kept reply can't be used",
			"Replies that were paid for are kept below .assay/replies, and one of them is damaged, unreadable, of another version, or holds what is a secret now. It is left out: nothing wrong is recorded from it.",
			"Nothing needs to be done: its question is asked again when there is no recording. Deleting the file takes the warning away.",
		},
		{
			DriftStale, "drift report of other questions",
			"A drift report's replies are recorded only while the suites ask what they asked when it was written. A prompt, a variable or a provider's setting changed since, or a case is gone, so nothing was recorded.",
			"Ask again with assay drift --accept; or go back to the suites that the report was made with.",
		},
		{
			PlanStale, "saved plan is stale",
			"A saved plan is done exactly as it was made. A suite, a file that one reads, a recording, a variable or a provider's setting changed since, so nothing was asked.",
			"Look at what changed, and make the plan again with assay plan --out FILE.",
		},
		{
			RecordingEdited, "a recording was edited by hand",
			"What the file says of its question or its reply is not what was asked or answered when it was recorded: the key, or the sum in meta, does not fit the rest.",
			"Restore the file from version control, or record again: assay apply --replace ADDRESS.",
		},
		{
			RecordingStray, "a file among the recordings that is none",
			"Something stands below fixtures/ that no recording uses: what an editor or a merge left, a shared text that no recording names, a file in the wrong place.",
			"Remove it; a recording in the wrong place can be moved where it belongs, which the message names.",
		},
		{
			RecordingTaken, "the place is taken",
			"assay state mv was to put a recording where another one is.",
			"Remove the one that is there first (assay state rm), or leave both and let assay plan say which of them the suites ask for.",
		},
		{
			RecordingUnresolved, "a conflict that can't be resolved from the file",
			"A file has conflict markers that do not stand as git writes them, or what is between them is no recording.",
			"Take one side whole (git checkout --ours or --theirs FILE), or remove the file and record again with assay apply.",
		},
	}
}

func explainLive() []Explanation {
	return []Explanation{
		{
			NoKey, "no key",
			"A live call needs the provider's key, and its environment variable is not set or is empty.",
			"Set the variable that assay.yaml names (SEGMIND_API_KEY for the built-in provider), or replay without --live.",
		},
		{
			HostNotAllowed, "key would go to a host nobody allowed",
			"A key from the environment goes only to the host of its provider's kind, to loopback, to --base-url, or to a host that a person allowed. A change to assay.yaml alone must not be able to carry it off.",
			"If you trust the host, name it in ASSAY_ALLOW_HOSTS, or answer yes at the terminal.",
		},
		{
			CallRefused, "key refused",
			"The provider answered that the key is missing, invalid or expired (401, or 400 at xAI). The run stopped at the first such answer.",
			"Check the key, and that it belongs to this provider.",
		},
		{
			CallFailed, "call failed",
			"The call could not be made: the connection was refused, timed out or broke, or the server failed (5xx) or limited the rate (429) more often than it is asked again.",
			"Try again later; raise timeout or retries, or lower rate and concurrency in assay.yaml.",
		},
		{
			OutcomeUnknown, "outcome unknown",
			"A call was sent and its reply never arrived, so it may have been paid for. It is not asked again by itself.",
			"Look at the account; then run assay apply --retry-unknown to ask again.",
		},
		{
			ModelRetired, "model retired",
			"The provider answered that the model does not exist any more (410, or 404 for the model). Recordings still replay.",
			"Choose another model in assay.yaml and record again, or keep testing against the recordings.",
		},
		{
			NotServed, "question not served",
			"The provider answered with something that is no reply to the question: an unexpected status, or a body that cannot be read.",
			"See the provider's message. If the status is what the suite wants to see, write a status check.",
		},
		{
			LiveOnlyForMock, "case is not for a real provider",
			"The case says live: false: it provokes what only the mock server can answer.",
			"Run it in replay, or with --live --base-url and a server of assay serve.",
		},
		{
			BudgetSpent, "budget spent",
			"The next call could pass the limit of credits, so it was not made. What was asked before is recorded.",
			"Raise limits.credits in assay.yaml or --max-credits, or select less; run assay apply again to go on.",
		},
		{
			AccountEmpty, "not enough credits in the account",
			"The provider answered that the account has too few credits (406). The run stopped at the first such answer.",
			"Top the account up and run the command again: what is recorded is not asked again.",
		},
		{
			NotApproved, "not approved",
			"The command would spend credits or delete recordings, and the answer was not yes, or there was no terminal to ask at.",
			"Answer yes, or pass --auto-approve in automation.",
		},
		{
			Locked, "another apply holds the lock",
			"Two commands that write recordings at once would lose some. The message says who holds the lock, and since when.",
			"Wait for it to end, or let the command wait itself with --lock-timeout. A lock of a process that is gone is released by the system.",
		},
		{
			LockLeft, "a process that is gone left its lock",
			"A command that writes recordings was killed, or its machine went down, before it could give back the lock. The system freed the lock, and this command took it over.",
			"Nothing needs to be done. Replies that the killed command had received are in .assay/journal: apply records them and does not ask again. Where the folder is shared between machines, see that the other command has really ended.",
		},
	}
}
