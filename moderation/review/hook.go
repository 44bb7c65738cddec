package review

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
	"unicode"
)

// asked is a comment as the hook gets it.
type asked struct {
	ID       string `json:"id"`
	Room     string `json:"room"`
	User     string `json:"user"`
	Text     string `json:"text"`
	Held     bool   `json:"held,omitempty"`
	Category string `json:"category,omitempty"`
	Rule     string `json:"rule,omitempty"`
	Score    int    `json:"score,omitempty"`
}

// answer is the hook's verdict on one of them.
type answer struct {
	ID     string   `json:"id"`
	Action string   `json:"action"`
	Labels []string `json:"labels"`
	Reason string   `json:"reason"`
}

// mostAnswer bounds what is read of an answer, in bytes.
const mostAnswer = 1 << 20

var errAnswer = errors.New("review: the hook's answer is none")

// call asks the hook about a batch. Whatever is wrong with the answer as a whole
// is an error; single verdicts are checked by sift.
func (r *Reviewer) call(ctx context.Context, batch []Item) ([]answer, error) {
	q := struct {
		Comments []asked `json:"comments"`
	}{make([]asked, len(batch))}
	for i := range batch {
		b := &batch[i]
		q.Comments[i] = asked{b.id(), b.Room, b.User, b.Text, b.Held, b.Category, b.Rule, b.Score}
	}
	body, err := json.Marshal(&q)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.cfg.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	at := strconv.FormatInt(time.Now().UnixMilli(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Fudai-Timestamp", at)
	req.Header.Set("X-Fudai-Signature", Sign(r.cfg.Key, at, body))
	resp, err := r.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	value, err := io.ReadAll(io.LimitReader(resp.Body, mostAnswer+1))
	switch {
	case err != nil:
		return nil, err
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%w: status %d", errAnswer, resp.StatusCode)
	case len(value) > mostAnswer:
		return nil, fmt.Errorf("%w: more than %d bytes", errAnswer, mostAnswer)
	}
	var answers []answer
	if err := json.Unmarshal(value, &answers); err != nil {
		return nil, fmt.Errorf("%w: %w", errAnswer, err)
	}
	return answers, nil
}

// Sign is the signature of a call: what a hook checks it with.
func Sign(key []byte, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(timestamp))
	mac.Write([]byte{'.'})
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// sift keeps the first verdict on each comment of the batch that is one, by its
// place in the batch, and counts the lies.
func (r *Reviewer) sift(batch []Item, answers []answer) map[int]answer {
	at := make(map[string]int, len(batch))
	for i := range batch {
		at[batch[i].id()] = i
	}
	kept := make(map[int]answer, len(answers))
	for _, a := range answers {
		i, known := at[a.ID]
		_, again := kept[i]
		switch {
		case !known:
			r.m.lies.WithLabelValues("unknown-id").Inc()
		case a.Action != "allow" && a.Action != "block" && a.Action != "low":
			r.m.lies.WithLabelValues("unknown-action").Inc()
		case again:
			r.m.lies.WithLabelValues("twice").Inc()
		default:
			kept[i] = a
		}
	}
	if missing := len(batch) - len(kept); missing > 0 {
		r.m.lies.WithLabelValues("missing").Add(float64(missing))
	}
	return kept
}

// label is a word of the hook that may stand in the record: short and printable.
func label(s string, most int) string {
	out := make([]rune, 0, most)
	for _, c := range s {
		if len(out) == most {
			break
		}
		if unicode.IsGraphic(c) {
			out = append(out, c)
		}
	}
	return string(out)
}
