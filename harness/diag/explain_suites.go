package diag

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
