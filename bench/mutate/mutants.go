package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// mutant is one small wrong edit of a source file.
type mutant struct {
	file     string // absolute
	at       token.Position
	kind     string
	from, to string // what stands there and what takes its place
}

// write is the file with the edit.
func (m *mutant) write(source []byte) []byte {
	i := m.at.Offset
	return slices.Concat(source[:i], []byte(m.to), source[i+len(m.from):])
}

// operators are what an operator turns into. Those of arithmetic are few: sums and
// differences are where an index, a deadline or a balance is wrong by one.
var operators = map[token.Token]token.Token{
	token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR,
	token.EQL: token.NEQ, token.NEQ: token.EQL, token.LAND: token.LOR, token.LOR: token.LAND,
	token.ADD: token.SUB, token.SUB: token.ADD,
}

var kinds = map[token.Token]string{
	token.LSS: "bound", token.LEQ: "bound", token.GTR: "bound", token.GEQ: "bound", token.EQL: "equal", token.NEQ: "equal",
	token.LAND: "logic", token.LOR: "logic", token.ADD: "sum", token.SUB: "sum",
}

// mutants lists every mutant of a directory's Go files, tests left out, in the
// order of their places.
func mutants(dir string) ([]mutant, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var all []mutant
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		found, err := mutantsOf(file, source)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

func mutantsOf(file string, source []byte) ([]mutant, error) {
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var all []mutant
	edit := func(kind string, from, to token.Pos, text func(was string) string) {
		at := set.Position(from)
		was := string(source[at.Offset:set.Position(to).Offset])
		all = append(all, mutant{file: file, at: at, kind: kind, from: was, to: text(was)})
	}
	never := func(was string) string { return "(" + was + ") && false" }
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			// What a broken invariant says of itself is never reached.
			if name, ok := n.Fun.(*ast.Ident); ok && name.Name == "panic" {
				return false
			}
		case *ast.BinaryExpr:
			if to, ok := operators[n.Op]; ok {
				edit(kinds[n.Op], n.OpPos, n.OpPos+token.Pos(len(n.Op.String())), func(string) string { return to.String() })
			}
		case *ast.IfStmt:
			if n.Else == nil && leaves(n.Body.List) {
				edit("guard", n.Cond.Pos(), n.Cond.End(), never)
			}
		case *ast.SwitchStmt:
			for _, c := range n.Body.List {
				if c := c.(*ast.CaseClause); n.Tag == nil && len(c.List) == 1 && leaves(c.Body) {
					edit("guard", c.List[0].Pos(), c.List[0].End(), never)
				}
			}
		case *ast.BasicLit:
			if v, ok := new(big.Int).SetString(n.Value, 0); ok && n.Kind == token.INT {
				edit("number", n.Pos(), n.End(), func(string) string { return v.Add(v, big.NewInt(1)).String() })
			}
		}
		return true
	})
	return all, nil
}

// leaves reports whether a block ends by leaving what stands around it.
func leaves(body []ast.Stmt) bool {
	if len(body) == 0 {
		return false
	}
	switch body[len(body)-1].(type) {
	case *ast.ReturnStmt, *ast.BranchStmt:
		return true
	}
	return false
}

func (m *mutant) String() string {
	line := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	return fmt.Sprintf("%s: `%s` → `%s`", m.kind, line(m.from), line(m.to))
}
