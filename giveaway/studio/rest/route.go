package rest

import "net/http"

// Route is one row of the table.
type Route struct {
	Method  string
	Path    string // with {name} for parameters
	Tag     string // the chapter of the document
	Summary string
	// Do is what the caller must be allowed to do; Public and Own are the two
	// values that ask for no role.
	Do      string
	Query   []Param
	In      any    // a value of the body's type; nil: no body
	InMedia string // of a body that is not JSON
	Example any    // of the body
	Out     any    // a value of the answer's type
	Media   string // of an answer that is not JSON
	Status  int    // of success; 0: 200
	Handle  func(*Call) (any, error)
}

// What needs no role.
const (
	Public = "public" // anybody, without a token
	Own    = "own"    // anybody with a token, about themselves
)

// Param is a query parameter.
type Param struct {
	Name, Doc string
	Type      string // string or integer
	Enum      []string
}

// File is an answer that is not JSON.
type File struct {
	Name  string // offered for saving; empty: shown
	Media string
	Body  []byte
}

// List is a page of things: Next asks for the page after it.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" doc:"Value of the query parameter after that answers the next page."`
}

// Problem is one thing that is wrong with what was asked.
type Problem struct {
	Field   string `json:"field" doc:"Path of the member, as in draft.prizes[0].qty; empty: the whole."`
	Rule    string `json:"rule" doc:"Name of the rule that it breaks."`
	Message string `json:"message"`
}

// Error is a refusal. Everything that is wrong is told at once.
type Error struct {
	Status   int       `json:"-"`
	Code     string    `json:"code"`
	Message  string    `json:"message"`
	Problems []Problem `json:"problems,omitempty"`
	Conflict *Conflict `json:"conflict,omitempty"`
}

// Conflict is a change that would overwrite one that its author has not seen.
type Conflict struct {
	Known string `json:"known" doc:"The version that was changed, as If-Match named it."`
	Is    string `json:"is" doc:"The version that there is: read the thing again."`
	By    string `json:"by" doc:"Who made that one."`
	At    int64  `json:"at" doc:"Unix ms: when."`
}

// Versioned is an answer that says which version of a thing it is. It goes
// into ETag; a PUT of such a thing knows If-Match.
type Versioned interface{ ETag() string }

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Refuse is an Error.
func Refuse(status int, code, message string, problems ...Problem) *Error {
	return &Error{Status: status, Code: code, Message: message, Problems: problems}
}

// NotFound says that there is no such thing.
func NotFound(what, id string) *Error {
	return Refuse(http.StatusNotFound, "not-found", "there is no "+what+" "+id)
}
