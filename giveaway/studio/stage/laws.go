package stage

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/fudai-live/fudai/room/history/pgtest"
)

// Law is a test that holds on either database, of a house H over it.
type Law[H any] struct {
	Name string
	Test func(t *testing.T, h H)
}

// OnSQLite tests each law on a database file of its own.
func OnSQLite[H any](t *testing.T, laws []Law[H], house func(t *testing.T, database string) H) {
	for _, l := range laws {
		t.Run(l.Name, func(t *testing.T) { l.Test(t, house(t, filepath.Join(t.TempDir(), "fudai.db"))) })
	}
}

// OnPostgres tests each law in a schema of its own, where there is a PostgreSQL
// to start.
func OnPostgres[H any](t *testing.T, laws []Law[H], house func(t *testing.T, database string) H) {
	url := pgtest.Start(t)
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for i, l := range laws {
		t.Run(l.Name, func(t *testing.T) {
			name := fmt.Sprintf("t%d", i)
			if _, err := db.Exec("CREATE SCHEMA " + name); err != nil {
				t.Fatal(err)
			}
			l.Test(t, house(t, url+"&search_path="+name))
		})
	}
}
