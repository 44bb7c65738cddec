package moderation

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

const (
	maxFileBytes = 4 << 20
	maxDepth     = 16 // of brackets; a rule file needs four
)

// reader walks a parsed rule file and collects what is wrong with it, all of
// it, each with its line. Decoding into structs would stop at the first.
type reader struct {
	problems []problem
}

type problem struct {
	line int
	text string
}

func (r *reader) fail(line int, format string, args ...any) {
	r.problems = append(r.problems, problem{line, fmt.Sprintf(format, args...)})
}

// err joins the problems in order of line; nil if there are none.
func (r *reader) err() error {
	slices.SortStableFunc(r.problems, func(a, b problem) int { return cmp.Compare(a.line, b.line) })
	errs := make([]error, len(r.problems))
	for i, p := range r.problems {
		errs[i] = fmt.Errorf("rules: line %d: %s", p.line, p.text)
	}
	return errors.Join(errs...)
}

// root parses the file down to its one mapping.
func (r *reader) root(file []byte) ast.Node {
	if len(file) > maxFileBytes {
		r.fail(1, "the file has %d bytes, at most %d are read", len(file), maxFileBytes)
		return nil
	}
	if line, deep := tooDeep(file); deep {
		r.fail(line, "brackets are nested deeper than %d", maxDepth)
		return nil
	}
	tree, err := parser.ParseBytes(file, 0)
	if err != nil {
		r.fail(syntaxLine(err), "%s", firstLine(err))
		return nil
	}
	if len(tree.Docs) != 1 || tree.Docs[0].Body == nil {
		r.fail(1, "want one YAML document, found %d or an empty one", len(tree.Docs))
		return nil
	}
	return tree.Docs[0].Body
}

// tooDeep guards the parser's recursion.
func tooDeep(file []byte) (line int, deep bool) {
	depth, line := 0, 1
	for _, b := range file {
		switch b {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(depth-1, 0)
		case '\n':
			depth = 0 // a word may hold a lone bracket; nothing in a rule file spans lines
			line++
		}
		if depth > maxDepth {
			return line, true
		}
	}
	return line, false
}

func syntaxLine(err error) int {
	var line int
	if _, scan := fmt.Sscanf(err.Error(), "[%d:", &line); scan != nil {
		return 1
	}
	return line
}

func firstLine(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	return text
}

func lineOf(n ast.Node) int {
	if n == nil || n.GetToken() == nil {
		return 1
	}
	return n.GetToken().Position.Line
}

// fields calls the function of each key in a mapping; unknown and repeated
// keys are problems.
func (r *reader) fields(n ast.Node, where string, known map[string]func(ast.Node)) {
	seen := map[string]bool{}
	r.entries(n, where, func(key string, value ast.Node) {
		read, ok := known[key]
		switch {
		case !ok:
			r.fail(lineOf(value), "%s: unknown key %q", where, key)
		case seen[key]:
			r.fail(lineOf(value), "%s: key %q stands twice", where, key)
		default:
			read(value)
		}
		seen[key] = true
	})
}

// entries calls f for each entry of a mapping.
func (r *reader) entries(n ast.Node, where string, f func(key string, value ast.Node)) {
	var values []*ast.MappingValueNode
	switch m := n.(type) {
	case *ast.MappingNode:
		values = m.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{m}
	default:
		r.fail(lineOf(n), "%s: want keys and values", where)
	}
	for _, v := range values {
		if v.Key.GetToken() == nil {
			r.fail(lineOf(n), "%s: a key that is not a word", where)
			continue
		}
		f(v.Key.GetToken().Value, v.Value)
	}
}

// items calls f for each item of a sequence.
func (r *reader) items(n ast.Node, where string, f func(ast.Node)) {
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		r.fail(lineOf(n), "%s: want a list", where)
		return
	}
	for _, item := range s.Values {
		f(item)
	}
}

// text reads any scalar as it is written: a word may look like a number.
func (r *reader) text(n ast.Node, where string) string {
	switch s := n.(type) {
	case *ast.StringNode:
		return s.Value
	case *ast.LiteralNode:
		return s.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value
	}
	r.fail(lineOf(n), "%s: want a plain value", where)
	return ""
}

func (r *reader) flag(n ast.Node, where string) bool {
	b, ok := n.(*ast.BoolNode)
	if !ok {
		r.fail(lineOf(n), "%s: want true or false", where)
		return false
	}
	return b.Value
}

func (r *reader) number(n ast.Node, where string, lo, hi int) int {
	text := r.text(n, where)
	v, err := strconv.Atoi(text)
	if err != nil || v < lo || v > hi {
		r.fail(lineOf(n), "%s: want a number from %d to %d, not %q", where, lo, hi, text)
		return lo
	}
	return v
}

func (r *reader) duration(n ast.Node, where string, most time.Duration) time.Duration {
	text := r.text(n, where)
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 || d > most {
		r.fail(lineOf(n), "%s: want a time above 0 and at most %v such as 60s, not %q", where, most, text)
		return most
	}
	return d
}

func (r *reader) action(n ast.Node, where string, most Action) Action {
	text := r.text(n, where)
	a, ok := parseAction(text)
	switch {
	case !ok:
		r.fail(lineOf(n), "%s: unknown action %q, want one of %s", where, text, strings.Join(actionNames[:], ", "))
	case a > most:
		r.fail(lineOf(n), "%s: %s is too strong here, at most %s", where, a, most)
	}
	return min(a, most)
}

// placed is a word and its line.
type placed struct {
	text string
	line int
}

// words reads a sequence of words or a block of text with one word a line.
func (r *reader) words(n ast.Node, where string) (words []placed) {
	if block, ok := n.(*ast.LiteralNode); ok {
		for i, line := range strings.Split(block.Value.Value, "\n") {
			if line = strings.TrimSpace(line); line != "" {
				words = append(words, placed{line, lineOf(n) + 1 + i})
			}
		}
		return words
	}
	r.items(n, where, func(item ast.Node) {
		words = append(words, placed{r.text(item, where), lineOf(item)})
	})
	return words
}
