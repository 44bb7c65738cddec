package studio

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// Meta is what every stored thing has.
type Meta struct {
	ID      string `json:"id"`
	Shop    string `json:"shop"`
	Version int64  `json:"version" doc:"Counts changes; send it as If-Match so that nobody's change is overwritten unseen."`
	Created int64  `json:"created" doc:"Unix ms."`
	Updated int64  `json:"updated" doc:"Unix ms."`
	By      string `json:"by" doc:"Who made or last changed it."`
}

func (m *Meta) meta() *Meta { return m }

// ETag names this version in headers.
func (m Meta) ETag() string { return fmt.Sprintf("%q", fmt.Sprint(m.Version)) }

// doc is what a table holds.
type doc interface {
	meta() *Meta
	where() (room, state string) // columns beside the body
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// table names the table and the thing it holds, for messages.
type table[T any] struct{ name, what string }

// get answers one thing, or that there is none.
func (t table[T]) get(ctx context.Context, q querier, id string) (*T, error) {
	var body string
	err := q.QueryRowContext(ctx, `SELECT body FROM `+t.name+` WHERE id = $1`, id).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, rest.NotFound(t.what, id)
	}
	if err != nil {
		return nil, err
	}
	v := new(T)
	return v, json.Unmarshal([]byte(body), v)
}

// filter narrows a list; empty members do not.
type filter struct {
	shop, room string
	states     []string
	after      string // created/id of the last of the page before
	most       int
	newest     bool // newest first
}

// list answers a page in the order of creation.
func (t table[T]) list(ctx context.Context, q querier, f filter) ([]T, error) {
	var parts []string
	var args []any
	add := func(condition string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(args)), 1)
		}
		parts = append(parts, condition)
	}
	if f.shop != "" {
		add("shop = ?", f.shop)
	}
	if f.room != "" {
		add("room = ?", f.room)
	}
	if len(f.states) > 0 {
		any := make([]any, len(f.states))
		for i, s := range f.states {
			any[i] = s
		}
		add("state IN (?"+strings.Repeat(", ?", len(any)-1)+")", any...)
	}
	direction, compare := "", ">"
	if f.newest {
		direction, compare = " DESC", "<"
	}
	if f.after != "" {
		var created int64
		at, id, _ := strings.Cut(f.after, "/")
		if _, err := fmt.Sscanf(at, "%d", &created); err != nil {
			return nil, rest.Refuse(http.StatusBadRequest, "malformed", "after: send what next said")
		}
		add("(created "+compare+" ? OR created = ? AND id "+compare+" ?)", created, created, id)
	}
	query := `SELECT body FROM ` + t.name
	if len(parts) > 0 {
		query += " WHERE " + strings.Join(parts, " AND ")
	}
	query += " ORDER BY created" + direction + ", id" + direction
	if f.most > 0 {
		query += fmt.Sprintf(" LIMIT %d", f.most)
	}
	return scan[T](q.QueryContext(ctx, query, args...))
}

// scan reads rows of one JSON column.
func scan[T any](rows *sql.Rows, err error) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := []T{}
	for rows.Next() {
		var body string
		var v T
		if err := rows.Scan(&body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// put inserts a new thing; one that has its id is refused.
func put(ctx context.Context, tx querier, table string, v doc, by string, now int64) error {
	m := v.meta()
	m.Version, m.Created, m.Updated, m.By = 1, now, now, by
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	room, state := v.where()
	done, err := tx.ExecContext(ctx, `INSERT INTO `+table+` (id, shop, room, state, created, version, body) VALUES ($1, $2, $3, $4, $5, 1, $6)
		ON CONFLICT DO NOTHING`, m.ID, m.Shop, room, state, now, string(body))
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, rest.Refuse(http.StatusConflict, "exists", "there is one with the id "+m.ID))
	}
	return nil
}

// set writes a changed thing back. It must have been read in this transaction
// or with the version it has now.
func set(ctx context.Context, tx querier, table string, v doc, by string, now int64) error {
	m := v.meta()
	m.Version++
	m.Updated = now
	if by != "" {
		m.By = by
	}
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	room, state := v.where()
	done, err := tx.ExecContext(ctx, `UPDATE `+table+` SET room = $1, state = $2, version = $3, body = $4 WHERE id = $5 AND version = $6`,
		room, state, m.Version, string(body), m.ID, m.Version-1)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, rest.Refuse(http.StatusConflict, "changed", "somebody else changed "+m.ID+" at the same moment: read it again"))
	}
	return nil
}

// match holds the version that a caller knows against the one there is.
func match(c *rest.Call, m *Meta) error {
	want := strings.Trim(strings.TrimPrefix(c.Header("If-Match"), "W/"), `"`)
	if want == "" || want == "*" || want == fmt.Sprint(m.Version) {
		return nil
	}
	refused := rest.Refuse(http.StatusPreconditionFailed, "changed", fmt.Sprintf("%s has version %d, you know %.20s: %s changed it since, read it again", m.ID, m.Version, want, m.By))
	refused.Conflict = &rest.Conflict{Known: want, Is: fmt.Sprint(m.Version), By: m.By, At: m.Updated}
	return refused
}

// next is the cursor behind a full page.
func next(m *Meta, n, most int) string {
	if n < most {
		return ""
	}
	return fmt.Sprintf("%d/%s", m.Created, m.ID)
}

// newID is a name nobody had before.
func newID(prefix string) string {
	var b [10]byte
	rand.Read(b[:])
	return prefix + "-" + strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}
