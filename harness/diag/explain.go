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

func explainYAML() []Explanation {
	return []Explanation{
		{
			YAMLSyntax, "not valid YAML",
			"The file cannot be read as YAML. The place is where the reader noticed it; the cause may stand a little before.",
			"Look for a missing quote, bracket or colon at the place or on the line above. Text with special characters is safe in single quotes.",
		},
		{
			YAMLEmpty, "empty file",
			"The file holds nothing, or only comments.",
			"Write a suite into it (assay init shows a small one), or delete it.",
		},
		{
			YAMLEncoding, "not UTF-8 text",
			"The file holds bytes that are not UTF-8: it is binary, UTF-16, Latin-1 or Windows-1252, or it holds a raw control character.",
			`Save it as UTF-8. Write a control character as an escape in double quotes: "\u001b".`,
		},
		{
			YAMLTooLarge, "file too large",
			"A file over 32 MB that is read whole is refused: as YAML it would take many times its size in memory.",
			"Split it, or move its data into CSV or JSONL and read that with rows.",
		},
		{
			YAMLTooDeep, "nested too deep",
			"More than 100 lists and maps stand within each other. No suite needs that, and reading it could take very long.",
			"Flatten the data, or keep it as JSON text and read it with jsondecode.",
		},
		{
			YAMLAliases, "aliases expand too far",
			"An alias stands inside the value that it names, or aliases and merge keys together stand for more than a million values.",
			"Write the data out, or read it from a file with rows.",
		},
		{
			YAMLDuplicateKey, "duplicate key",
			"A key stands twice in one map. Most YAML readers take the last one silently; here neither is guessed.",
			"Remove one of the two places that the message names.",
		},
		{
			YAMLTab, "tab in the indentation",
			"YAML indents with spaces only: a tab has no agreed width.",
			"Replace the tab by spaces, and set your editor to insert spaces in YAML files.",
		},
		{
			YAMLCutComment, "text cut by a comment",
			"In text without quotes, a space and a # start a comment: `user: What is order #5?` asks \"What is order\". A single space before the # is therefore refused.",
			"Put the text in quotes if the # is part of it, or put two spaces before the # if it starts a comment.",
		},
		{
			YAMLUnquoted, "text must be quoted",
			"The text holds characters that mean something to YAML: braces of a template inside { } or [ ], a colon and a space, or a leading quote, bracket, ! or *.",
			"Put the whole text in single quotes, and write a single quote within it twice.",
		},
		{
			YAMLTag, "tag not allowed",
			"YAML reads a leading ! as a tag, a type of the reader's own. Suites have none; a condition that starts with ! looks like one.",
			"Put the text in quotes. YAML's own tags, such as !!str, are allowed where they fit.",
		},
		{
			UnknownKey, "unknown key",
			"The key means nothing at this place. It may be misspelt, or stand at the wrong level.",
			"Correct it as suggested, or see the guide for the keys that the place takes. A key that is ignored would be an expectation that is never checked.",
		},
		{
			WrongType, "wrong type",
			"The value is not of the kind that the key takes: a list where a text must stand, a text where a map must stand, and so on.",
			"Change the value to the kind that the message names.",
		},
		{
			MissingKey, "missing key",
			"A key without which the map means nothing is not there, or is null.",
			"Add the key that the message names.",
		},
		{
			NotSupported, "not supported yet",
			"The name is kept for something that a later version will do. It is refused, so that a suite never seems to check what it does not.",
			"Remove it, or use a later version of assay.",
		},
		{
			BadValue, "value not allowed",
			"The value has the right kind, and is out of range or not among those that the key takes.",
			"Choose a value that the message allows.",
		},
		{
			FileUnreadable, "file cannot be read",
			"A file that is needed does not exist, is a folder, or may not be read.",
			"Check the path. A path in a suite is relative to the project's root, or to the suite if it starts with ./ or ../.",
		},
		{
			OutsideProject, "path leaves the project",
			"A path, or a link on it, leads out of the project's folder. Suites read nothing outside, so that a foreign suite cannot carry files off.",
			"Copy the file into the project.",
		},
		{
			YAMLDocuments, "several documents in a file",
			"A line with --- starts a second YAML document. One file is one suite.",
			"Put what follows --- into a file of its own.",
		},
	}
}

func explainExpressions() []Explanation {
	return []Explanation{
		{
			TemplateSyntax, "template cannot be read",
			"A ${…}, a %{…} or a condition is not a valid expression of HCL.",
			"Correct the expression at the place shown. A literal ${ is written $${, a literal %{ is written %%{.",
		},
		{
			UndefinedName, "undefined name",
			"An expression reads a name that does not exist here, such as a variable that is not declared or a capture that is taken later.",
			"Correct the name as suggested, or declare it. self exists only in condition, message, of and capture; each only with for_each or rows.",
		},
		{
			UndefinedFunc, "undefined function",
			"An expression calls a function that the language does not have, or with the wrong number of arguments.",
			"Correct the call. The reference lists the functions, which carry Terraform's names and meaning.",
		},
		{
			EvaluationFailed, "expression cannot be evaluated",
			"The expression is well formed, and its values do not fit: a text where a number is needed, a list in the middle of a text, a function that rejects its argument.",
			"Convert the value (tostring, tonumber, jsonencode, join), or allow for it with try or can.",
		},
		{
			LocalCycle, "locals need each other",
			"Locals refer to each other in a circle, so none of them can be computed first.",
			"Break the circle: one of the locals must not use the others.",
		},
		{
			SecretUnsafe, "secret in an unsafe place",
			"A sensitive value would go where it can be read by others, such as into a name, a path or a computed text that redaction cannot recognise.",
			"Use sensitive values only as they stand, in request texts and headers, and keep them out of names, keys and computed expressions.",
		},
	}
}

func explainSuites() []Explanation {
	return []Explanation{
		{
			BadName, "name not allowed",
			"Names of suites, cases, providers, variables and captures are part of addresses, so they start with a letter or _ and hold only letters, digits, _ and -.",
			"Rename it. What people should read goes into description.",
		},
		{
			DuplicateName, "name used twice",
			"Two things of one kind have the same name, so an address would not be unique.",
			"Rename one of them; if it has recordings, add an entry to moved.",
		},
		{
			NothingAsked, "nothing is asked",
			"The conversation has no user turn that is sent: each is followed by a scripted assistant turn or says ask: false.",
			"End the conversation with a user turn.",
		},
		{
			NothingCanFail, "nothing can fail",
			"The case has no expectation, or only warnings, so it would pass whatever the model says.",
			"Add an expectation to the turn, the case or the suite.",
		},
		{
			EmptyContent, "empty content",
			"A message has no text. YAML reads `user: #5` as nothing and a comment.",
			"Write the text, in quotes if it starts with a special character.",
		},
		{
			TurnShape, "turn not understood",
			"A turn is a map with exactly one of system, user, assistant and history, and its content is a text, {raw}, {file} or a list of parts.",
			"Split a turn that holds two roles into two; add the role that is missing.",
		},
		{
			ExpectNotAsked, "expectation on a turn that is not asked",
			"The turn is not sent (a scripted assistant turn follows it, or it says ask: false), so there is no reply to check, capture or bend.",
			"Move the expectation to a turn that is asked, or remove the scripted reply.",
		},
		{
			BadVariable, "variable not usable",
			"A variable has a type that does not exist, a default or value that does not fit it, or no value at all.",
			"Declare it as string, number, bool, list(…) or map(…), and give it a default or set it with --var or --var-file.",
		},
		{
			BadCapture, "capture not understood",
			"A capture is a template (${self.text}), {regex, group} or {header}, and its pattern must compile and have the group.",
			"Correct the capture at the place shown.",
		},
		{
			BadMove, "move not usable",
			"An entry of moved names an address that cannot be read, moves to nothing, or contradicts another entry.",
			"Write {from: old_name, to: new_name}, where the new name is a case of the suite.",
		},
		{
			NoSuites, "no suites",
			"No suite was found in the suites folder or below the paths given.",
			"Create one in suites/, or run assay init. -C DIR runs in another folder.",
		},
		{
			UnknownTag, "unknown tag",
			"A tag that was asked for is on no case.",
			"Correct the tag as suggested; tags are declared by using them in suites and defaults.",
		},
		{
			BadRequestKey, "request not usable",
			"A request has a method, path, header or time-out that cannot be sent.",
			"Correct it at the place shown. A path starts with / or stands below the base URL, and header names are tokens.",
		},
		{
			PromptDelimiters, "prompt file does not fit its variables",
			"A prompt file with delimiters uses a name that vars does not give, vars gives one that the file does not use, or the delimiters are unusable.",
			"Make vars and the file agree. Delimiters are two different texts with a space between: \"{{ }}\".",
		},
	}
}

func explainChecks() []Explanation {
	return []Explanation{
		{
			UnknownCheck, "unknown check",
			"An expectation names a check that does not exist.",
			"Correct the name as suggested; the reference lists the checks. The optional keys are of, when, severity and message.",
		},
		{
			BadCheck, "check not understood",
			"An expectation has no check or several, or the check's value is not what it takes.",
			"Write exactly one check in each expectation. Several go into a list, or under all or any.",
		},
		{
			BadPattern, "pattern does not compile",
			"The regular expression is not valid in RE2, which has no look-ahead, no look-behind and no back-references.",
			"Rewrite the pattern without them: two expectations, or not around one, often do it. Single quotes in YAML keep backslashes as they are.",
		},
		{
			AlwaysPasses, "check would always pass",
			"The check's value is empty, or its bounds exclude nothing, so it would pass whatever the model says.",
			"Give it a value. If the value comes from data, look at the row that is empty.",
		},
		{
			UnknownNamed, "unknown list of expectations",
			"use names a list that assay.yaml does not define under expectations.",
			"Correct the name as suggested, or define the list in assay.yaml.",
		},
		{
			CreditsTooSoon, "credits are not known yet",
			"A call's cost is settled only when all calls in flight with it have ended, so it cannot be used in a prompt or a capture.",
			"Use the credits check or a case's total, which are judged after settlement.",
		},
	}
}

func explainConfig() []Explanation {
	return []Explanation{
		{
			UnknownProvider, "unknown provider",
			"A suite, a case or a flag names a provider that assay.yaml does not define.",
			"Correct the name as suggested, or define it under providers. Without assay.yaml there is grok-2.",
		},
		{
			BadProvider, "provider not usable",
			"A provider's entry has an unknown kind, no model, or a base URL, rate or price that cannot be used.",
			"Correct the entry in assay.yaml at the place shown.",
		},
		{
			BadVersion, "version not understood",
			"assay.yaml says a version of the format that this assay does not know.",
			"Write version: 1, or use a later version of assay.",
		},
		{
			WeakSecret, "secret too short",
			"A key or sensitive value is shorter than 8 bytes. Redaction would then hide parts of ordinary words, or miss it.",
			"Use the real key. For a local server that needs none, leave api_key out.",
		},
		{
			BadData, "data file not readable",
			"A file that rows, history or a variable reads is not valid CSV, JSON, JSONL or YAML, or not of the shape that is needed.",
			"Correct the file at the place shown. rows takes a list of maps, or a CSV with a header.",
		},
		{
			DuplicateRow, "key of a row used twice",
			"Two rows or items have the same key, so they would have the same address and the same recording.",
			"Make key unique, for example by joining two columns.",
		},
		{
			RaggedCSV, "row with the wrong number of fields",
			"A row of a CSV file has more or fewer fields than its header.",
			"Correct the row. A field that holds a comma or a line break must stand in double quotes.",
		},
		{
			MissingRowID, "rows without a key",
			"rows and lists of maps need key, which names each row. A position would give a recording to another row as soon as one is inserted.",
			"Add key: '${each.value.id}' with a column that never changes.",
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
