package studio

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"html/template"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// The public rules (活动规则) of an announced giveaway. The text stands in the
// plan, so the plan's hash covers it; the page shows hash and plan.
var rulesPage = template.Must(template.New("rules").Parse(`<!doctype html>
<html lang="{{.Lang}}"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{{.Title}}</title>
<style>body{max-width:42rem;margin:2rem auto;padding:0 1rem;font:16px/1.7 system-ui,sans-serif;color:#1c1b1a;background:#fff}
pre{white-space:pre-wrap;font:inherit}code{word-break:break-all;font-size:13px}</style>
<h1>{{.Title}}</h1>
{{range .Texts}}<pre>{{.}}</pre>{{end}}
<p>planHash <code>{{.Hash}}</code><br><a href="/v1/rules/{{.Event}}/plan">plan</a></p>
</html>
`))

// published reads an announced plan as it is public. What is only scheduled is
// nobody's business yet.
func (s *Studio) published(c *rest.Call) (canonical, hash string, err error) {
	err = s.store.db.QueryRowContext(c, `SELECT public, hash FROM studio_line WHERE event = $1 AND sent_at > 0`, c.Param("event")).Scan(&canonical, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", rest.NotFound("announced giveaway", c.Param("event"))
	}
	return canonical, hash, err
}

func (s *Studio) rulesOf(c *rest.Call) (any, error) {
	canonical, hash, err := s.published(c)
	if err != nil {
		return nil, err
	}
	page, err := rulesHTML(canonical, hash)
	if err != nil {
		return nil, err
	}
	return &rest.File{Media: "text/html; charset=utf-8", Body: page}, nil
}

// rulesHTML is the page of the rules that stand in a plan.
func rulesHTML(canonical, hash string) ([]byte, error) {
	var p giveaway.Plan
	if err := json.Unmarshal([]byte(canonical), &p); err != nil {
		return nil, err
	}
	page := struct {
		Lang, Title, Hash, Event string
		Texts                    []string
	}{"zh", p.Title, hash, p.Event, nil}
	for _, lang := range []string{"zh", "en"} {
		if text := p.Texts[lang]; text.Rules != "" {
			page.Texts = append(page.Texts, text.Rules)
		}
	}
	var b bytes.Buffer
	err := rulesPage.Execute(&b, page)
	return b.Bytes(), err
}

func (s *Studio) planOf(c *rest.Call) (any, error) {
	canonical, _, err := s.published(c)
	return &rest.File{Media: "application/json", Body: []byte(canonical)}, err
}
