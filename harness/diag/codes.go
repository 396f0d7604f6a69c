package diag

import "slices"

// Code is a diagnostic's public number, ASY4012. Its first digit is the exit
// class; ASY0… is internal and exits 11. Codes are a contract: a number once
// given keeps its meaning.
type Code string

// Exit gives the exit code of a command that ended with this diagnostic.
func (c Code) Exit() int {
	if len(c) < 4 || c[3] < '1' || c[3] > '9' {
		return ExitInternal
	}
	return int(c[3] - '0')
}

// Exit codes, as users and CI systems see them.
const (
	ExitOK          = 0
	ExitFailed      = 1
	ExitChanges     = 2
	ExitFormat      = 3
	ExitInvalid     = 4
	ExitUsage       = 5
	ExitRecordings  = 6
	ExitLive        = 7
	ExitBudget      = 8
	ExitLocked      = 9
	ExitInternal    = 11
	ExitInterrupted = 130
)

// WorstExit picks the code to leave with where several apply.
func WorstExit(codes ...int) int {
	order := []int{ExitInternal, ExitInterrupted, ExitInvalid, ExitUsage, ExitLocked, ExitBudget, ExitLive, ExitRecordings, ExitFailed}
	for _, code := range order {
		if slices.Contains(codes, code) {
			return code
		}
	}
	return ExitOK
}

// Explanation is what `assay explain CODE` and the reference say of a code.
type Explanation struct {
	Code  Code
	Title string // what is wrong, a few words
	Cause string // why it is said, full sentences
	Cure  string // what to do, full sentences
}

// The codes, by the room that says them: 40xx YAML, 41xx expressions, 42xx
// suites, 43xx checks, 44xx assay.yaml and providers, 45xx data files.
const (
	Internal   Code = "ASY0001"
	SecretLeak Code = "ASY0002"
	// FormatUnfaithful: fmt found, before it wrote anything, that the result would mean something else.
	FormatUnfaithful Code = "ASY0003"

	ExpectationFailed Code = "ASY1001"
	CheckBroken       Code = "ASY1002"
	CaptureFailed     Code = "ASY1003"
	KnownFailureGone  Code = "ASY1004"

	YAMLSyntax       Code = "ASY4001"
	YAMLEmpty        Code = "ASY4002"
	YAMLEncoding     Code = "ASY4003"
	YAMLTooLarge     Code = "ASY4004"
	YAMLTooDeep      Code = "ASY4005"
	YAMLAliases      Code = "ASY4006"
	YAMLDuplicateKey Code = "ASY4007"
	YAMLTab          Code = "ASY4008"
	YAMLCutComment   Code = "ASY4009"
	YAMLUnquoted     Code = "ASY4010"
	YAMLTag          Code = "ASY4011"
	UnknownKey       Code = "ASY4012"
	WrongType        Code = "ASY4013"
	MissingKey       Code = "ASY4014"
	NotSupported     Code = "ASY4015"
	BadValue         Code = "ASY4016"
	FileUnreadable   Code = "ASY4017"
	OutsideProject   Code = "ASY4018"
	YAMLDocuments    Code = "ASY4019"

	TemplateSyntax   Code = "ASY4101"
	UndefinedName    Code = "ASY4102"
	UndefinedFunc    Code = "ASY4103"
	EvaluationFailed Code = "ASY4104"
	LocalCycle       Code = "ASY4105"
	SecretUnsafe     Code = "ASY4106"

	BadName          Code = "ASY4201"
	DuplicateName    Code = "ASY4202"
	NothingAsked     Code = "ASY4203"
	NothingCanFail   Code = "ASY4204"
	EmptyContent     Code = "ASY4205"
	TurnShape        Code = "ASY4206"
	ExpectNotAsked   Code = "ASY4207"
	BadVariable      Code = "ASY4208"
	BadCapture       Code = "ASY4209"
	BadMove          Code = "ASY4210"
	NoSuites         Code = "ASY4211"
	UnknownTag       Code = "ASY4212"
	BadRequestKey    Code = "ASY4213"
	PromptDelimiters Code = "ASY4214"

	UnknownCheck   Code = "ASY4301"
	BadCheck       Code = "ASY4302"
	BadPattern     Code = "ASY4303"
	AlwaysPasses   Code = "ASY4304"
	UnknownNamed   Code = "ASY4305"
	CreditsTooSoon Code = "ASY4306"

	UnknownProvider Code = "ASY4401"
	BadProvider     Code = "ASY4402"
	BadVersion      Code = "ASY4403"
	WeakSecret      Code = "ASY4404"

	BadData      Code = "ASY4501"
	DuplicateRow Code = "ASY4502"
	RaggedCSV    Code = "ASY4503"
	MissingRowID Code = "ASY4504"

	BadFlag         Code = "ASY5001"
	SelectedNothing Code = "ASY5002"
	BadAddress      Code = "ASY5003"
	BadScript       Code = "ASY5004"
	CannotListen    Code = "ASY5005"
	CannotWrite     Code = "ASY5006"
	BadRunRecord    Code = "ASY5007"
	BadDriftReport  Code = "ASY5008"
	BadImport       Code = "ASY5009"
	BadPlan         Code = "ASY5010"

	RecordingMissing    Code = "ASY6001"
	RecordingStale      Code = "ASY6002"
	RecordingFollows    Code = "ASY6003"
	RecordingMoved      Code = "ASY6004"
	RecordingBlocked    Code = "ASY6005"
	RecordingConflicted Code = "ASY6006"
	RecordingDamaged    Code = "ASY6007"
	RecordingNewer      Code = "ASY6008"
	RecordingSecret     Code = "ASY6009"
	RecordingDuplicate  Code = "ASY6010"
	RecordingAmbiguous  Code = "ASY6011"
	RecordingOrphan     Code = "ASY6012"
	CannotRecord        Code = "ASY6013"
	RecordingUnfit      Code = "ASY6014"
	KeptDamaged         Code = "ASY6015"
	DriftStale          Code = "ASY6016"
	PlanStale           Code = "ASY6017"
	RecordingEdited     Code = "ASY6021"
	RecordingStray      Code = "ASY6022"
	RecordingTaken      Code = "ASY6023"
	RecordingUnresolved Code = "ASY6024"

	NoKey           Code = "ASY7001"
	HostNotAllowed  Code = "ASY7002"
	CallRefused     Code = "ASY7003"
	CallFailed      Code = "ASY7004"
	OutcomeUnknown  Code = "ASY7005"
	ModelRetired    Code = "ASY7006"
	NotServed       Code = "ASY7007"
	LiveOnlyForMock Code = "ASY7008"

	BudgetSpent  Code = "ASY8001"
	AccountEmpty Code = "ASY8002"
	NotApproved  Code = "ASY8003"

	Locked   Code = "ASY9001"
	LockLeft Code = "ASY9002"
)
