package importer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Place is where in a source something stands.
type Place struct {
	File string
	Line int // 0: not known
	// Unit and Number name it as its format does: entry 3, interaction 2.
	Unit   string
	Number int
}

// String gives file:line, or file and the unit.
func (p Place) String() string {
	switch {
	case p.Unit != "" && p.Line > 0:
		return fmt.Sprintf("%s:%d (%s %d)", p.File, p.Line, p.Unit, p.Number)
	case p.Unit != "":
		return fmt.Sprintf("%s, %s %d", p.File, p.Unit, p.Number)
	case p.Line > 0:
		return p.File + ":" + strconv.Itoa(p.Line)
	}
	return p.File
}

// short is the place without its file.
func (p Place) short() string {
	switch {
	case p.Unit != "":
		return p.Unit + " " + strconv.Itoa(p.Number)
	case p.Line > 0:
		return "line " + strconv.Itoa(p.Line)
	}
	return ""
}

// unit gives the word and the number that places are listed by.
func (p Place) unit() (string, int) {
	if p.Unit != "" {
		return p.Unit, p.Number
	}
	return "line", p.Line
}

// Notes collect what was not carried over, by what is said of it: a thing that
// is true of a thousand lines is one note.
type Notes struct {
	order []string
	by    map[string][]Place
}

// Add notes something.
func (n *Notes) Add(at Place, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if n.by == nil {
		n.by = map[string][]Place{}
	}
	if _, there := n.by[text]; !there {
		n.order = append(n.order, text)
	}
	if places := n.by[text]; len(places) == 0 || places[len(places)-1] != at {
		n.by[text] = append(places, at)
	}
}

// Note is one thing that was not carried over, and everywhere it was found.
type Note struct {
	Text   string
	Places []Place
}

// All gives the notes in the order in which they were found.
func (n *Notes) All() []Note {
	out := make([]Note, 0, len(n.order))
	for _, text := range n.order {
		out = append(out, Note{text, n.by[text]})
	}
	return out
}

// Where lists the places of a note: "calls.har, entries 1-4, 9". most bounds the
// ranges shown; 0 shows all.
func (n Note) Where(most int) string {
	if len(n.Places) == 1 {
		return n.Places[0].String()
	}
	var files []string
	for _, p := range n.Places {
		if !slices.Contains(files, p.File) {
			files = append(files, p.File)
		}
	}
	var parts []string
	for _, file := range files {
		parts = append(parts, inFile(file, n.Places, most))
	}
	return strings.Join(parts, "; ")
}

func inFile(file string, places []Place, most int) string {
	unit := ""
	var numbers []int
	for _, p := range places {
		if p.File == file {
			word, number := p.unit()
			unit = word
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	if len(numbers) == 1 {
		return Place{File: file, Unit: unit, Number: numbers[0]}.String()
	}
	return file + ", " + plural(unit) + " " + ranges(numbers, most)
}

func plural(word string) string {
	if stem, ok := strings.CutSuffix(word, "y"); ok {
		return stem + "ies"
	}
	return word + "s"
}

// ranges writes numbers as 1-4, 9.
func ranges(numbers []int, most int) string {
	var parts []string
	left := 0
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		switch {
		case most > 0 && len(parts) >= most:
			left += j - i + 1
		case i == j:
			parts = append(parts, strconv.Itoa(numbers[i]))
		default:
			parts = append(parts, strconv.Itoa(numbers[i])+"-"+strconv.Itoa(numbers[j]))
		}
		i = j + 1
	}
	text := strings.Join(parts, ", ")
	if left > 0 {
		text += fmt.Sprintf(" and %d more", left)
	}
	return text
}
