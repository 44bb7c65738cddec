// Package witness is what the clients of a chaos run write down: what they were
// told, when, and nothing else. The judge reads it; neither knows more of the
// program under test than its public protocol.
package witness

import (
	"bufio"
	"encoding/json"
	"io"
	"sync"
)

// What a client was told.
const (
	Said     = "said"     // the client sent it for the first time
	Sent     = "sent"     // ack: Kafka has it, at Offset
	Out      = "out"      // what became of it: Code
	Receipt  = "receipt"  // an entry is promised a place: Tag
	Frame    = "frame"    // frame Seq of Room, its bytes by Hash
	Result   = "result"   // the outcome of Event, its bytes by Hash
	Produced = "produced" // a producer's own record was acknowledged by Kafka at Offset
	Told     = "told"     // the shop's system was told of a grant and booked it: ID is the key, Hash the body
	Act      = "act"      // what was done to the program: Code says what, ID to whom
)

// Event is one line of the witness file.
type Event struct {
	At     int64  `json:"at"` // Unix ms of the client's clock
	What   string `json:"what"`
	Who    string `json:"who,omitempty"`
	Room   string `json:"room,omitempty"`
	ID     string `json:"id,omitempty"`
	Event  string `json:"event,omitempty"`
	Code   string `json:"code,omitempty"`
	Tag    string `json:"tag,omitempty"`
	Hash   string `json:"hash,omitempty"`
	Offset int64  `json:"offset,omitempty"`
	Seq    uint64 `json:"seq,omitempty"`
}

// Book takes events from many clients.
type Book struct {
	mu  sync.Mutex
	w   *bufio.Writer
	all []Event
}

// NewBook writes to w.
func NewBook(w io.Writer) *Book { return &Book{w: bufio.NewWriter(w)} }

// Note writes one event down.
func (b *Book) Note(e Event) {
	line, _ := json.Marshal(e) // strings and numbers
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = append(b.all, e)
	b.w.Write(append(line, '\n'))
}

// Close ends the file and answers everything noted.
func (b *Book) Close() ([]Event, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all, b.w.Flush()
}

// Read reads a witness file.
func Read(r io.Reader) (all []Event, err error) {
	d := json.NewDecoder(r)
	for {
		var e Event
		switch err := d.Decode(&e); err {
		case nil:
			all = append(all, e)
		case io.EOF:
			return all, nil
		default:
			return all, err
		}
	}
}
