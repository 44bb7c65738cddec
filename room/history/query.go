package history

import (
	"context"
	"crypto/cipher"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fudai-live/fudai/room/record"
)

// Query says which comments. Zero members do not narrow it.
type Query struct {
	Room, Show, User, Code string
	From, To               int64 // when it was written down, Unix ms: From <= at < To
	After                  Place // the last one of the page before
	Most                   int   // rows; 1 to MostRows
}

// MostRows is the largest page.
const MostRows = 1000

// Place orders comments: by time, then by where they stand in the log.
type Place struct {
	At     int64 `json:"at"`
	Part   int32 `json:"partition"`
	Offset int64 `json:"offset"`
}

// Comment is what was said and what became of it. Name and Text are empty where
// the user is forgotten.
type Comment struct {
	Place
	Room    string `json:"room"`
	Show    string `json:"show,omitempty"`
	User    string `json:"user"`
	ID      string `json:"id"`
	Name    string `json:"name"`
	Text    string `json:"text"`
	Code    string `json:"code,omitempty"`
	Detail  int    `json:"detail,omitempty"`
	Rule    string `json:"rule,omitempty"`
	Version string `json:"version,omitempty"`
	View    string `json:"view,omitempty"`
	From    int    `json:"from,omitempty"`
	To      int    `json:"to,omitempty"`
	By      string `json:"by,omitempty"` // who decided, if it was no rule
}

// where builds conditions with their arguments numbered as they come.
type where struct {
	parts []string
	args  []any
}

func (w *where) add(condition string, args ...any) {
	for range args {
		condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(w.args)+1), 1)
		w.args = append(w.args, args[0])
		args = args[1:]
	}
	w.parts = append(w.parts, condition)
}

func (w *where) String() string {
	if len(w.parts) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.parts, " AND ")
}

func (q *Query) where() *where {
	w := &where{}
	for _, c := range []struct{ column, value string }{{"room", q.Room}, {"show_id", q.Show}, {"user_id", q.User}, {"code", q.Code}} {
		if c.value != "" {
			w.add(c.column+" = ?", c.value)
		}
	}
	if q.From > 0 {
		w.add("at >= ?", q.From)
	}
	if q.To > 0 {
		w.add("at < ?", q.To)
	}
	if a := q.After; a != (Place{}) {
		w.add("(at > ? OR at = ? AND (part > ? OR part = ? AND pos > ?))", a.At, a.At, a.Part, a.Part, a.Offset)
	}
	return w
}

// Comments answers a page of what q asks for, oldest first.
func (s *Store) Comments(ctx context.Context, q *Query) ([]Comment, error) {
	w := q.where()
	most := min(max(q.Most, 1), MostRows)
	rows, err := s.db.QueryContext(ctx, `SELECT part, pos, room, show_id, at, user_id, msg_id, sealed, code, detail, rule, version, view, span_from, span_to, decided_by
		FROM history_said`+w.String()+fmt.Sprintf(" ORDER BY at, part, pos LIMIT %d", most), w.args...)
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	defer rows.Close()
	all, sealed := []Comment{}, [][]byte{}
	for rows.Next() {
		var c Comment
		var x []byte
		if err := rows.Scan(&c.Part, &c.Offset, &c.Room, &c.Show, &c.At, &c.User, &c.ID, &x, &c.Code, &c.Detail, &c.Rule, &c.Version, &c.View, &c.From, &c.To, &c.By); err != nil {
			return nil, fmt.Errorf("history: %w", err)
		}
		all, sealed = append(all, c), append(sealed, x)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	return all, s.unseal(ctx, all, sealed)
}

// unseal fills in names and texts. Keys are looked up after the rows are read:
// SQLite has one writer, and a connection each would be wasteful elsewhere.
func (s *Store) unseal(ctx context.Context, all []Comment, sealed [][]byte) error {
	keys := map[string]cipher.AEAD{}
	for i := range all {
		c := &all[i]
		aead, known := keys[c.User]
		if !known {
			var secret []byte
			err := s.db.QueryRowContext(ctx, `SELECT secret FROM history_keys WHERE user_id = $1`, c.User).Scan(&secret)
			if err == nil {
				aead, err = record.NewTextAEAD(secret)
			}
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return fmt.Errorf("history: key of a user: %w", err)
			}
			keys[c.User] = aead
		}
		if aead == nil || sealed[i] == nil {
			continue
		}
		var err error
		if c.Name, c.Text, err = record.OpenText(aead, c.Part, c.Offset, c.User, sealed[i]); err != nil {
			return fmt.Errorf("history: %w", err)
		}
	}
	return nil
}

// Count is how many comments had one fate for one reason.
type Count struct {
	Code   string `json:"code"`
	Detail int    `json:"detail,omitempty"`
	Rule   string `json:"rule,omitempty"`
	N      int64  `json:"n"`
}

// Report counts what became of everything that q asks for, and why: what was
// hidden, and by which rule.
func (s *Store) Report(ctx context.Context, q *Query) ([]Count, error) {
	w := q.where()
	rows, err := s.db.QueryContext(ctx, `SELECT code, detail, rule, COUNT(*) FROM history_said`+w.String()+` GROUP BY code, detail, rule ORDER BY 4 DESC, 1, 2, 3`, w.args...)
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	defer rows.Close()
	all := []Count{}
	for rows.Next() {
		var c Count
		if err := rows.Scan(&c.Code, &c.Detail, &c.Rule, &c.N); err != nil {
			return nil, fmt.Errorf("history: %w", err)
		}
		all = append(all, c)
	}
	return all, rows.Err()
}

// Action is what staff did.
type Action struct {
	Part   int32  `json:"partition"`
	Offset int64  `json:"offset"` // in control
	Room   string `json:"room"`
	ID     string `json:"id"`
	Kind   string `json:"kind"`
	By     string `json:"by"`
	Role   string `json:"role"`
	At     int64  `json:"at"`
	Data   string `json:"data,omitempty"`
}

// Actions answers what staff did in a room, oldest first, at most MostRows.
func (s *Store) Actions(ctx context.Context, q *Query) ([]Action, error) {
	w := &where{}
	w.add("room = ?", q.Room)
	if q.From > 0 {
		w.add("at >= ?", q.From)
	}
	if q.To > 0 {
		w.add("at < ?", q.To)
	}
	rows, err := s.db.QueryContext(ctx, `SELECT part, pos, room, id, kind, by_user, role, at, data FROM history_acts`+w.String()+fmt.Sprintf(` ORDER BY at, pos LIMIT %d`, MostRows), w.args...)
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	defer rows.Close()
	all := []Action{}
	for rows.Next() {
		var a Action
		if err := rows.Scan(&a.Part, &a.Offset, &a.Room, &a.ID, &a.Kind, &a.By, &a.Role, &a.At, &a.Data); err != nil {
			return nil, fmt.Errorf("history: %w", err)
		}
		all = append(all, a)
	}
	return all, rows.Err()
}

// Forget destroys a user's key and parts the rows from the user, for good. The
// answer is how many comments can no longer be read.
func (s *Store) Forget(ctx context.Context, user string, now time.Time) (n int64, err error) {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, fmt.Errorf("history: %w", err)
	}
	defer tx.Rollback()
	if _, err = tx.ExecContext(ctx, `INSERT INTO history_forgotten (digest, at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, digest(user), now.UnixMilli()); err != nil {
		return 0, fmt.Errorf("history: %w", err)
	}
	if _, err = tx.ExecContext(ctx, `DELETE FROM history_keys WHERE user_id = $1`, user); err != nil {
		return 0, fmt.Errorf("history: %w", err)
	}
	done, err := tx.ExecContext(ctx, `UPDATE history_said SET user_id = $1, sealed = NULL WHERE user_id = $2`, digest(user), user)
	if err != nil {
		return 0, fmt.Errorf("history: %w", err)
	}
	if n, err = done.RowsAffected(); err != nil {
		return 0, err
	}
	if err := tx.Commit(); err != nil {
		return 0, fmt.Errorf("history: %w", err)
	}
	return n, s.db.Scrub(ctx)
}

// sweep deletes what is older than the time kept, and keys nobody needs.
func (s *Store) sweep(ctx context.Context, before time.Time) error {
	for _, query := range []string{`DELETE FROM history_said WHERE at < $1`, `DELETE FROM history_acts WHERE at < $1`} {
		if _, err := s.db.ExecContext(ctx, query, before.UnixMilli()); err != nil {
			return fmt.Errorf("history: %w", err)
		}
	}
	done, err := s.db.ExecContext(ctx, `DELETE FROM history_keys WHERE NOT EXISTS (SELECT 1 FROM history_said WHERE history_said.user_id = history_keys.user_id)`)
	if err != nil {
		return fmt.Errorf("history: %w", err)
	}
	if gone, err := done.RowsAffected(); err != nil || gone == 0 {
		return err
	}
	return s.db.Scrub(ctx)
}
