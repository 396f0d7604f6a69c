package suite_test

import (
	"strings"
	"testing"

	"github.com/assay-harness/assay/harness/diag"
)

func TestSuiteProblems(t *testing.T) {
	ok := "cases: [{name: c, conversation: [user: hi]}]\n"
	for _, p := range []problem{
		{name: "unknown key", src: "suiet: x\n" + ok, code: diag.UnknownKey, says: `"suite"`, mark: "suiet"},
		{name: "not a map", src: "- a\n", code: diag.WrongType},
		{name: "no cases", src: "suite: x\n", code: diag.MissingKey, says: "cases"},
		{name: "empty cases", src: "cases: []\n", code: diag.MissingKey, says: "no cases"},
		{name: "cases no list", src: "cases: {a: b}\n", code: diag.WrongType},
		{name: "case no map", src: "cases: [a]\n", code: diag.WrongType, says: "a case is a map", mark: "a"},
		{name: "bad name", src: "suite: 1st\n" + ok, code: diag.BadName, mark: "1st"},
		{name: "name is a template", src: "suite: 'a-${var.x}'\n" + ok, code: diag.BadName, says: "no templates"},
		{name: "bad name from path", files: map[string]string{"suites/01-first.yaml": ok}, code: diag.BadName, says: "01-first"},
		{name: "same suite twice", files: map[string]string{"suites/a.yaml": ok, "suites/b.yaml": "suite: a\n" + ok}, code: diag.DuplicateName, says: "suites/a.yaml:1:1", mark: "a"},
		{name: "bad tag", src: "tags: [ok, not ok]\n" + ok, code: diag.BadName, mark: "not ok"},
		{name: "tag twice", src: "tags: [x, x]\n" + ok, code: diag.DuplicateName, says: `tag "x"`},
		{name: "unknown provider", src: "provider: grok2\n" + ok, code: diag.UnknownProvider, says: `Did you mean "grok-2"?`, mark: "grok2"},
		{name: "provider twice", src: "provider: [grok-2, grok-2]\n" + ok, code: diag.DuplicateName},
		{name: "no provider in the list", src: "provider: []\n" + ok, code: diag.BadValue},
		{name: "matrix", src: "matrix: {a: [1]}\n" + ok, code: diag.NotSupported, mark: "matrix"},
		{name: "gate", src: "gate: {rate: 0.9}\n" + ok, code: diag.NotSupported},
		{name: "params no map", src: "params: 3\n" + ok, code: diag.WrongType},
		{name: "params messages", src: "params: {messages: []}\n" + ok, code: diag.BadValue, mark: "messages"},
		{name: "params stream", src: "params: {stream: true}\n" + ok, code: diag.NotSupported},
		{name: "params undefined", src: "params: {a: [{b: '${var.x}'}]}\n" + ok, code: diag.UndefinedName, mark: "var.x"},
		{name: "suite params use each", src: "params: {a: '${each.value}'}\n" + ok, code: diag.UndefinedName},
		{name: "suite request undefined", src: "request: {path: '/${local.x}'}\n" + ok, code: diag.UndefinedName},
		{name: "expect no list", src: "expect: {contains: x}\n" + ok, code: diag.WrongType},
		{name: "defaults undefined", files: map[string]string{"assay.yaml": "defaults: {params: {a: '${var.x}'}}\n", "suites/s.yaml": ok}, code: diag.UndefinedName, mark: "var.x"},
	} {
		p.run(t)
	}
}

func TestCaseProblems(t *testing.T) {
	for name, p := range map[string]problem{
		"unknown key":           {src: "tag: [a]", code: diag.UnknownKey, says: `"tags"`, mark: "tag"},
		"matrix":                {src: "matrix: {a: [1]}", code: diag.NotSupported},
		"gate":                  {src: "gate: 0.9", code: diag.NotSupported},
		"skip is a bool":        {src: "skip: false", code: diag.WrongType, says: "the reason", mark: "false"},
		"known_failure a bool":  {src: "known_failure: true", code: diag.WrongType},
		"live no bool":          {src: "live: maybe", code: diag.WrongType},
		"samples zero":          {src: "samples: 0", code: diag.BadValue},
		"samples text":          {src: "samples: many", code: diag.WrongType},
		"pass too many":         {src: "samples: 3\npass: 4", code: diag.BadValue, mark: "4"},
		"pass zero":             {src: "samples: 3\npass: 0", code: diag.BadValue},
		"pass with a rate":      {src: "samples: 3\npass: 0.9", code: diag.NotSupported},
		"pass with percent":     {src: "samples: 3\npass: 90%", code: diag.NotSupported},
		"pass with confidence":  {src: "samples: 3\npass: {rate: 0.9, confidence: 0.95}", code: diag.NotSupported},
		"on_failure":            {src: "on_failure: continu", code: diag.BadValue, says: `"continue"`},
		"total empty":           {src: "total: {}", code: diag.MissingKey},
		"total unknown":         {src: "total: {cost: {max: 1}}", code: diag.UnknownKey},
		"total without max":     {src: "total: {credits: {}}", code: diag.MissingKey},
		"total min":             {src: "total: {tokens: {min: 1, max: 2}}", code: diag.UnknownKey},
		"total negative":        {src: "total: {credits: {max: -1}}", code: diag.BadValue},
		"total no number":       {src: "total: {credits: {max: much}}", code: diag.BadValue},
		"total latency":         {src: "total: {latency: {max: 20}}", code: diag.BadValue, says: "unit"},
		"total latency zero":    {src: "total: {latency: {max: 0s}}", code: diag.BadValue},
		"conversation no list":  {src: "conversation: {user: hi}", code: diag.WrongType},
		"conversation empty":    {src: "conversation: []", code: diag.NothingAsked},
		"inherit no bool":       {src: "inherit: 3", code: diag.WrongType},
		"unknown provider":      {src: "provider: local", code: diag.UnknownProvider},
		"for_each and rows":     {src: "for_each: [a]\nrows: x.csv\nkey: '${each.value.id}'", code: diag.BadValue},
		"for_each scalar":       {src: "for_each: dogs", code: diag.WrongType, says: "cannot be text"},
		"for_each a file":       {src: "for_each: data/x.csv", code: diag.WrongType, says: "rows: data/x.csv"},
		"for_each empty":        {src: "for_each: []", code: diag.BadData},
		"for_each of maps":      {src: "for_each: [{id: 1}]", code: diag.MissingRowID},
		"for_each undefined":    {src: "for_each: '${var.animals}'", code: diag.UndefinedName},
		"for_each reads each":   {src: "for_each: ['${each.key}']", code: diag.UndefinedName},
		"key alone":             {src: "key: '${each.key}'", code: diag.BadValue},
		"key is constant":       {src: "for_each: [{id: 1}]\nkey: id", code: diag.BadValue},
		"key reads case":        {src: "for_each: [{id: 1}]\nkey: '${case.name}'", code: diag.UndefinedName},
		"case params undefined": {src: "params: {a: '${capture.x}'}", code: diag.UndefinedName},
		"rows missing":          {src: "rows: data/x.csv\nkey: '${each.value.id}'", code: diag.FileUnreadable},
		"rows without key":      {src: "rows: data/x.csv", code: diag.MissingRowID},
		"rows of a sort":        {src: "rows: data/x.txt\nkey: '${each.value.id}'", code: diag.BadData},
		"rows a template":       {src: "rows: 'data/${var.x}.csv'\nkey: '${each.value.id}'", code: diag.BadValue},
		"rows outside":          {src: "rows: ../../x.csv\nkey: '${each.value.id}'", code: diag.OutsideProject},
		"each without for_each": {src: "conversation: [user: '${each.value}']", code: diag.UndefinedName},
	} {
		p.name = name
		p.src = caseText(p.src)
		p.run(t)
	}
	for _, p := range []problem{
		{name: "no name", src: "cases: [{conversation: [user: hi]}]\n", code: diag.MissingKey, says: "name"},
		{name: "no conversation", src: "cases: [{name: c}]\n", code: diag.MissingKey, says: "conversation"},
		{name: "bad name", src: "cases: [{name: a.b, conversation: [user: hi]}]\n", code: diag.BadName, mark: "a.b"},
		{name: "same case twice", src: "cases: [{name: c, conversation: [user: hi]}, {name: c, conversation: [user: hi]}]\n", code: diag.DuplicateName, says: "suites/s.yaml:1:16"},
		{
			name: "no provider of several", code: diag.MissingKey, says: "a, b",
			files: map[string]string{"assay.yaml": "providers: {a: {kind: openai, model: m}, b: {kind: openai, model: m}}\n", "suites/s.yaml": "cases: [{name: c, conversation: [user: hi]}]\n"},
		},
		{
			name: "nothing inherited", code: diag.MissingKey, says: "inherit: false",
			files: map[string]string{"assay.yaml": "providers: {a: {kind: openai, model: m}, b: {kind: openai, model: m}}\n", "suites/s.yaml": "provider: a\ncases: [{name: c, inherit: false, conversation: [user: hi]}]\n"},
		},
	} {
		p.run(t)
	}
}

func TestTurnProblems(t *testing.T) {
	for name, p := range map[string]problem{
		"no role":                 {src: "- expect: []", code: diag.TurnShape},
		"misspelt role":           {src: "- usr: hi", code: diag.UnknownKey, says: `"user"`},
		"two roles":               {src: "- {user: hi, system: x}", code: diag.TurnShape, mark: "system"},
		"no map":                  {src: "- hello", code: diag.WrongType},
		"unknown key":             {src: "- {user: hi, exepct: []}", code: diag.UnknownKey, says: `"expect"`},
		"tool turn":               {src: "- tool: x", code: diag.NotSupported},
		"tool calls":              {src: "- {user: x, tool_calls: []}", code: diag.NotSupported},
		"empty":                   {src: "- user: ''", code: diag.EmptyContent, mark: "''"},
		"nothing":                 {src: "- user:", code: diag.EmptyContent},
		"empty system":            {src: "- system: ''\n- user: hi", code: diag.EmptyContent},
		"empty raw":               {src: "- user: {raw: ''}", code: diag.EmptyContent},
		"raw no text":             {src: "- user: {raw: [a]}", code: diag.WrongType},
		"raw and file":            {src: "- user: {raw: a, file: b}", code: diag.UnknownKey},
		"empty list":              {src: "- user: []", code: diag.EmptyContent},
		"empty part":              {src: "- user: [{text: ''}]", code: diag.EmptyContent},
		"part no map":             {src: "- user: [a]", code: diag.WrongType},
		"part no text":            {src: "- user: [{}]", code: diag.MissingKey},
		"part unknown":            {src: "- user: [{text: a, colour: b}]", code: diag.UnknownKey},
		"image part":              {src: "- user: [{image: x.png}]", code: diag.NotSupported},
		"image_url part":          {src: "- user: [{text: a}, {image_url: x.png}]", code: diag.NotSupported},
		"content of unknown form": {src: "- user: {txt: a}", code: diag.TurnShape},
		"undefined":               {src: "- user: hi ${var.naem}", code: diag.UndefinedName, mark: "var.naem"},
		"undefined function":      {src: "- user: hi ${uper(\"x\")}", code: diag.UndefinedFunc, says: "upper"},
		"syntax":                  {src: "- user: hi ${", code: diag.TemplateSyntax},
		"self in a prompt":        {src: "- user: hi ${self.text}", code: diag.UndefinedName},
		"credits in a prompt":     {src: "- user: hi ${self.credits}", code: diag.CreditsTooSoon, mark: "self.credits"},
		"credits in a capture":    {src: "- {user: hi, capture: {a: '${self.credits}'}}", code: diag.CreditsTooSoon, mark: "self.credits"},
		"env in a prompt":         {src: "- user: hi ${env.HOME}", code: diag.UndefinedName},
		"capture not yet":         {src: "- user: hi ${capture.a}\n  capture: {a: '${self.text}'}", code: diag.UndefinedName, mark: "capture.a"},
		"capture of another name": {src: "- {user: hi, capture: {joke: '${self.text}'}}\n- user: ${capture.jok}", code: diag.UndefinedName, says: "joke"},
		"capture twice":           {src: "- {user: hi, capture: {a: '${self.text}'}}\n- {user: hi, capture: {a: '${self.text}'}}", code: diag.DuplicateName},
		"capture constant":        {src: "- {user: hi, capture: {a: self.text}}", code: diag.BadCapture, says: "${self.text}"},
		"capture a list":          {src: "- {user: hi, capture: {a: [b]}}", code: diag.BadCapture},
		"capture bad name":        {src: "- {user: hi, capture: {1a: '${self.text}'}}", code: diag.BadName},
		"capture two forms":       {src: "- {user: hi, capture: {a: {regex: x, header: y}}}", code: diag.BadCapture},
		"capture no form":         {src: "- {user: hi, capture: {a: {}}}", code: diag.BadCapture},
		"capture unknown key":     {src: "- {user: hi, capture: {a: {regx: x}}}", code: diag.UnknownKey},
		"capture bad pattern":     {src: "- {user: hi, capture: {a: {regex: 'a(?=b)'}}}", code: diag.BadPattern, says: "RE2"},
		"capture pattern dynamic": {src: "- {user: hi, capture: {a: {regex: '${self.text}'}}}", code: diag.BadCapture},
		"capture no such group":   {src: "- {user: hi, capture: {a: {regex: 'a(b)', group: 2}}}", code: diag.BadCapture},
		"capture header name":     {src: "- {user: hi, capture: {a: {header: 'x y'}}}", code: diag.BadCapture},
		"capture header group":    {src: "- {user: hi, capture: {a: {header: x, group: 1}}}", code: diag.BadCapture},
		"capture json":            {src: "- {user: hi, capture: {a: {json: x}}}", code: diag.NotSupported},
		"expect not asked":        {src: "- {user: hi, expect: [contains: a]}\n- assistant: yes\n- user: ok", code: diag.ExpectNotAsked, says: "scripted reply"},
		"expect at system":        {src: "- {system: hi, expect: [contains: a]}\n- user: ok", code: diag.ExpectNotAsked},
		"expect at assistant":     {src: "- user: a\n- {assistant: hi, expect: [contains: a]}\n- user: ok", code: diag.ExpectNotAsked},
		"expect and ask: false":   {src: "- {user: hi, ask: false, expect: [contains: a]}\n- user: ok", code: diag.ExpectNotAsked},
		"capture not asked":       {src: "- {system: hi, capture: {a: '${self.text}'}}\n- user: ok", code: diag.ExpectNotAsked},
		"params not asked":        {src: "- {system: hi, params: {a: 1}}\n- user: ok", code: diag.ExpectNotAsked},
		"request not asked":       {src: "- {system: hi, request: {method: GET}}\n- user: ok", code: diag.ExpectNotAsked},
		"name not asked":          {src: "- {system: hi, name: x}\n- user: ok", code: diag.ExpectNotAsked, mark: "x"},
		"ask at system":           {src: "- {system: hi, ask: true}\n- user: ok", code: diag.TurnShape},
		"ask before assistant":    {src: "- {user: hi, ask: true}\n- assistant: x\n- user: ok", code: diag.TurnShape},
		"nothing asked":           {src: "- user: hi\n- assistant: yes", code: diag.NothingAsked},
		"only a system turn":      {src: "- system: hi", code: diag.NothingAsked},
		"turn name twice":         {src: "- {user: a, name: x}\n- {user: b, name: x}", code: diag.DuplicateName},
		"turn name a number":      {src: "- {user: a, name: 12}", code: diag.BadName},
		"turn name empty":         {src: "- {user: a, name: ''}", code: diag.BadName},
		"history a text":          {src: "- history: hello", code: diag.WrongType},
		"history a number":        {src: "- history: 3", code: diag.WrongType},
		"history a map":           {src: "- history: {role: user}", code: diag.WrongType},
		"history empty":           {src: "- history: []", code: diag.EmptyContent},
		"history item":            {src: "- history: [hello]", code: diag.WrongType},
		"history role":            {src: "- history: [{role: usr, content: hi}]", code: diag.TurnShape, says: "user"},
		"history no content":      {src: "- history: [{role: user}]", code: diag.MissingKey},
		"history empty content":   {src: "- history: [{role: user, content: ''}]", code: diag.EmptyContent},
		"history key":             {src: "- history: [{role: user, content: hi, name: bob}]", code: diag.UnknownKey},
		"history ends in reply":   {src: "- history: [{role: user, content: hi}, {role: assistant, content: ho}]", code: diag.NothingAsked},
		"history undefined":       {src: "- history: '${jsondecode(var.x)}'", code: diag.UndefinedName},
		"history expect":          {src: "- history: [{role: assistant, content: ho}]\n  expect: [contains: a]\n- user: hi", code: diag.ExpectNotAsked},
		"history before history":  {src: "- history: [{role: user, content: ho}]\n  expect: [contains: a]\n- history: [{role: user, content: ho}]", code: diag.ExpectNotAsked},
	} {
		p.name = name
		p.src = turnText(p.src)
		p.run(t)
	}
}

func TestRequestProblems(t *testing.T) {
	for name, p := range map[string]problem{
		"unknown key":    {src: "{apikey: x}", code: diag.UnknownKey, says: "api_key"},
		"no map":         {src: "GET", code: diag.WrongType},
		"method":         {src: "{method: 'GET IT'}", code: diag.BadRequestKey},
		"connect":        {src: "{method: CONNECT}", code: diag.BadRequestKey},
		"method list":    {src: "{method: [GET]}", code: diag.WrongType},
		"path":           {src: "{path: v1/x}", code: diag.BadRequestKey, mark: "v1/x"},
		"path of a host": {src: "{path: //evil.example/x}", code: diag.BadRequestKey},
		"path URL":       {src: "{path: 'https://evil.example/x'}", code: diag.BadRequestKey},
		"path space":     {src: "{path: '/a b'}", code: diag.BadRequestKey},
		"header name":    {src: "{headers: {'x y': a}}", code: diag.BadRequestKey},
		"content-length": {src: "{headers: {Content-Length: 3}}", code: diag.BadRequestKey, mark: "Content-Length"},
		"host":           {src: "{headers: {host: x}}", code: diag.BadRequestKey},
		"assay's own":    {src: "{headers: {x-assay-address: x}}", code: diag.BadRequestKey},
		"header twice":   {src: "{headers: {X-A: a, x-a: b}}", code: diag.DuplicateName},
		"header break":   {src: `{headers: {x-a: "a\r\nb: c"}}`, code: diag.BadRequestKey},
		"header list":    {src: "{headers: {x-a: [b]}}", code: diag.WrongType},
		"timeout":        {src: "{timeout: 0s}", code: diag.BadValue},
		"timeout long":   {src: "{timeout: 1000h}", code: diag.BadValue},
		"timeout unit":   {src: "{timeout: 30}", code: diag.BadValue, says: "unit"},
		"body":           {src: "{body: {a: b}}", code: diag.WrongType},
		"undefined":      {src: "{body: '${var.x}'}", code: diag.UndefinedName},
	} {
		p.name = name
		p.src = caseText("request: " + p.src)
		p.run(t)
	}
}

func TestMoveProblems(t *testing.T) {
	for name, p := range map[string]problem{
		"to itself":    {src: "{from: c, to: c}", code: diag.BadMove},
		"no such case": {src: "{from: b, to: cc}", code: diag.BadMove, says: `Did you mean "c"?`},
		"still there":  {src: "{from: d, to: c}", code: diag.BadMove, says: "still there"},
		"other suite":  {src: "{from: b, to: other.c}", code: diag.BadMove},
		"ring":         {src: "{from: 'c[\"1\"]', to: 'c[\"2\"]'}\n  - {from: 'c[\"2\"]', to: 'c[\"1\"]'}", code: diag.BadMove, says: "back to itself"},
		"no address":   {src: "{from: 'b c', to: c}", code: diag.BadMove},
		"a sample":     {src: "{from: 'b#2', to: 'c#2'}", code: diag.BadMove},
		"one star":     {src: "{from: 'hello.*', to: c}", code: diag.BadMove, says: "one side"},
		"one provider": {src: "{from: b@x, to: c}", code: diag.BadMove, says: "one side"},
		"no from":      {src: "{to: c}", code: diag.MissingKey},
		"unknown key":  {src: "{from: b, to: c, why: x}", code: diag.UnknownKey},
		"twice":        {src: "{from: b, to: c}\n  - {from: b, to: d}", code: diag.DuplicateName},
	} {
		p.name = name
		p.src = "cases: [{name: c, conversation: [user: hi]}, {name: d, conversation: [user: hi]}]\nmoved:\n  - " + p.src + "\n"
		p.run(t)
	}
}

func TestVariableProblems(t *testing.T) {
	ok := "\ncases: [{name: c, conversation: [user: hi]}]\n"
	for name, p := range map[string]problem{
		"no value":         {src: "variables: {a: {type: string}}", code: diag.BadVariable, says: "--var a="},
		"type":             {src: "variables: {a: {type: sting, default: x}}", code: diag.BadVariable, says: `"string"`},
		"type of list":     {src: "variables: {a: {type: list(), default: x}}", code: diag.BadVariable},
		"number":           {src: "variables: {a: {type: number, default: x}}", code: diag.BadVariable, says: "must be number"},
		"bool":             {src: "variables: {a: {type: bool, default: 1}}", code: diag.BadVariable},
		"list":             {src: "variables: {a: {type: list(number), default: [1, x]}}", code: diag.BadVariable, says: "item 2"},
		"map":              {src: "variables: {a: {type: map(bool), default: {b: 3}}}", code: diag.BadVariable, says: `"b"`},
		"string":           {src: "variables: {a: {default: [x]}}", code: diag.BadVariable},
		"expression":       {src: "variables: {a: {default: '${upper(\"x\")}'}}", code: diag.BadVariable},
		"unknown key":      {src: "variables: {a: {default: x, sensitiv: true}}", code: diag.UnknownKey},
		"no map":           {src: "variables: {a: x}", code: diag.WrongType},
		"bad name":         {src: "variables: {'a b': {default: x}}", code: diag.BadName},
		"secret in suite":  {src: "variables: {a: {default: hunter2hunter2, sensitive: true}}", code: diag.SecretUnsafe, mark: "hunter2hunter2"},
		"local undefined":  {src: "locals: {a: '${local.b}'}", code: diag.UndefinedName},
		"local reads each": {src: "locals: {a: '${each.key}'}", code: diag.UndefinedName},
		"local name":       {src: "locals: {'a b': x}", code: diag.BadName},
		"local itself":     {src: "locals: {a: 'x ${local.a}'}", code: diag.LocalCycle, says: "needs itself"},
		"local ring":       {src: "locals:\n  a: ${local.b}\n  b: [x, '${local.c}']\n  c: {d: '${local.a}'}", code: diag.LocalCycle, says: "local.a → local.b → local.c → local.a"},
		"local fails":      {src: "locals: {a: '${jsondecode(\"{\")}', b: '${local.a}'}", code: diag.EvaluationFailed},
		"local file":       {src: "locals: {a: '${file(\"../../x\")}'}", code: diag.EvaluationFailed, says: "leaves the project"},
	} {
		p.name = name
		p.src += ok
		p.run(t)
	}
}

func TestBrokenFiles(t *testing.T) {
	ok := "cases: [{name: c, conversation: [user: hi]}]\n"
	for _, p := range []problem{
		{name: "empty", src: "", code: diag.YAMLEmpty},
		{name: "binary", src: "\x00\x01\x02", code: diag.YAMLEncoding},
		{name: "Latin-1", src: "suite: caf\xe9\n" + ok, code: diag.YAMLEncoding},
		{name: "tabs", src: "cases:\n\t- name: c\n", code: diag.YAMLTab},
		{name: "large", src: strings.Repeat("# comment\n", 4<<20), code: diag.YAMLTooLarge, says: "32 MB"},
		{name: "deep", src: strings.Repeat("[", 10_000), code: diag.YAMLTooDeep},
		{name: "config empty", files: map[string]string{"assay.yaml": "", "suites/s.yaml": ok}, code: diag.YAMLEmpty},
		{name: "config yml", files: map[string]string{"assay.yml": "version: 1\n", "suites/s.yaml": ok}, code: diag.BadValue},
		{name: "config folder", files: map[string]string{"assay.yaml/x": "", "suites/s.yaml": ok}, code: diag.FileUnreadable},
		{name: "suites a file", files: map[string]string{"suites": ok}, code: diag.FileUnreadable},
	} {
		p.run(t)
	}
}
