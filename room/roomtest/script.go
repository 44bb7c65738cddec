package roomtest

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/fudai-live/fudai/room"
	"github.com/fudai-live/fudai/room/record"
)

// RunScript runs a script and compares what it prints with what it expects.
//
// A script is lines. A line that begins with a word is a command; lines that
// begin with a tab are what the command before must print; # begins a comment.
// With rewrite the file is written anew with what the commands print.
//
//	config auto=true emission=1500 burst=5 budget=30 ...
//	tick MS [xN]                       N Ticks of MS each
//	say USER ID [role=R] [fan=N] [room=R] [follow=MS] : TEXT
//	like USER ID N | buy USER ID ITEM N | gift USER ID ITEM N | join USER FAN
//	enter USER ID EVENT TEXT | fact USER follow=MS
//	command KIND JSON                  e.g. command mute {"user":"u1","reason":"x"}; @1000 is a second from now
//	rules BLOCK/HOLD/MASK/... WORD...  a rule set with one list
//	flush MS [SEED]                    prints frames, then outcomes
//	as NAME                            whose commands those after are
//	held                               what waits for a moderator
//	gap FROM TO                        the ledger says that these comments are lost
//	questions                          what the desk would see of them
//	state | stats | snapshot | active
//
// Names of sockets are the message ids. Offsets are those of the comments.
func RunScript(t testing.TB, path string, rewrite bool) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := &script{w: NewWorld(room.Config{AutoCreate: true}), room: "demo"}
	var got strings.Builder
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "\t") {
			continue
		}
		got.WriteString(line)
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			for _, out := range s.run(line) {
				got.WriteString("\t" + out + "\n")
			}
		}
	}
	if rewrite {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := string(text); got.String() != want {
		t.Errorf("%s: differs (run with -rewrite and review the difference)\n%s", path, firstDifference(want, got.String()))
	}
}

// soon is a time in a command: @1000 is a second from now.
var soon = regexp.MustCompile(`@[0-9]+`)

func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d\n- %s\n+ %s", i+1, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d lines wanted, %d printed", len(a), len(b))
}

type script struct {
	w        *World
	room     string
	frames   room.Frames
	flush    uint64
	commands int
}

// run runs a command and answers what it prints.
func (s *script) run(line string) (out []string) {
	head, text, _ := strings.Cut(line, " : ")
	words := strings.Fields(head)
	args, opts := split(words[1:])
	arg := func(i int) string {
		if i < len(args) {
			return args[i]
		}
		return ""
	}
	switch words[0] {
	case "config":
		s.w = NewWorld(config(opts))
	case "tick":
		n := int64(1)
		if times := arg(1); times != "" {
			n = number(strings.TrimPrefix(times, "x"))
		}
		for range n {
			s.w.Tick(number(arg(0)))
		}
	case "say":
		s.send(record.Say, arg(0), arg(1), opts, func(c *record.Comment) { c.Text = []byte(text) })
	case "like":
		s.send(record.Like, arg(0), arg(1), opts, func(c *record.Comment) { c.Count = number(arg(2)) })
	case "buy", "gift":
		s.send(record.ParseKind([]byte(map[string]string{"buy": "purchase", "gift": "gift"}[words[0]])), arg(0), arg(1), opts, func(c *record.Comment) {
			c.Item, c.Count, c.Amount = []byte(arg(2)), number(arg(3)), 990
		})
	case "join":
		s.send(record.Join, arg(0), "j"+arg(0), map[string]string{"fan": arg(1)}, func(*record.Comment) {})
	case "fact":
		s.send(record.Fact, arg(0), "f"+arg(0), opts, func(*record.Comment) {})
	case "enter":
		s.send(record.Enter, arg(0), arg(1), opts, func(c *record.Comment) { c.Event, c.Text = []byte(arg(2)), []byte(text) })
	case "command":
		rest := strings.TrimSpace(strings.TrimPrefix(line, "command"))
		kind, data, _ := strings.Cut(rest, " ")
		s.w.Command(kind, s.room, soon.ReplaceAllStringFunc(data, func(in string) string {
			return strconv.FormatInt(Epoch+s.w.Now+number(in[1:]), 10)
		}))
		s.w.owe()
	case "as":
		s.w.Staff = arg(0)
	case "held":
		return s.held()
	case "gap":
		s.w.Decide(&record.Decision{Kind: record.DecideGap, Room: s.room, Gap: &record.Gap{From: number(arg(0)), To: number(arg(1))},
			Data: fmt.Appendf(nil, `{"at":%d}`, s.w.P.Now())})
	case "rules":
		s.rules(args)
	case "flush":
		return append(s.out(), s.doFlush(number(arg(0)), arg(1))...)
	case "state":
		state, _ := s.w.P.State(s.room, Epoch+s.w.Now, nil)
		return []string{strings.ReplaceAll(string(state), strconv.FormatInt(Epoch, 10)[:7], "T")}
	case "questions":
		return s.questions()
	case "stats":
		return s.stats()
	case "active":
		return []string{strconv.FormatBool(s.w.P.Active())}
	case "snapshot":
		if err := s.w.Takeover(); err != nil {
			return []string{err.Error()}
		}
		return []string{"same"}
	default:
		return []string{"unknown command " + words[0]}
	}
	return s.out()
}

func (s *script) send(kind record.Kind, user, id string, opts map[string]string, more func(*record.Comment)) {
	c := record.Comment{Kind: kind, ID: []byte(id), Room: []byte(s.room), User: []byte(user), Name: []byte(user), Role: record.Viewer, ClientTime: Epoch}
	if r := opts["room"]; r != "" {
		c.Room = []byte(r)
	}
	if r := opts["role"]; r != "" {
		c.Role, _ = record.ParseRole([]byte(r))
	}
	if f := opts["fan"]; f != "" {
		c.Facts.Known |= record.FactFan
		c.Facts.FanLevel = number(f)
	}
	if f := opts["follow"]; f != "" {
		c.Facts.Known |= record.FactFollow
		if c.Facts.FollowedAt = 0; f != "no" {
			c.Facts.FollowedAt = Epoch + s.w.Now - number(f)
		}
	}
	more(&c)
	name := id
	if kind > record.Claim {
		name = ""
	}
	s.w.Send(&c, name)
}

// rules sends a rule set: rules ACTION WORD..., one list.
func (s *script) rules(args []string) {
	s.commands++
	yaml := fmt.Sprintf("version: s%d\nlists:\n  - id: words\n    category: ads\n    severity: 4\n    action: %s\n    words: [%s]\n", s.commands, args[0], strings.Join(args[1:], ", "))
	data, _ := json.Marshal(record.RulesData{Version: fmt.Sprintf("s%d", s.commands), YAML: yaml})
	s.w.Command(record.CtlRules, s.room, string(data))
}

// out prints and empties what folding said.
func (s *script) out() (lines []string) {
	for _, o := range s.w.Out.Outcomes {
		if o.Via.Edge == 0 {
			continue // for the history alone
		}
		lines = append(lines, s.outcome(o))
	}
	for _, r := range s.w.Out.Receipts {
		lines = append(lines, fmt.Sprintf("receipts of %s: %d", r.Event, len(r.Leaves)))
	}
	for _, r := range s.w.Out.Refused {
		lines = append(lines, strings.ReplaceAll(fmt.Sprintf("refused %d: %s %s", r.Offset, r.Reason, r.Field), "\n", "; "))
	}
	s.w.Out.Reset()
	return lines
}

func (s *script) outcome(o record.Outcome) string {
	line := fmt.Sprintf("%s: %s", s.w.Names[o.Via], o.Code)
	if o.Detail != 0 {
		line += fmt.Sprintf(" detail %d", o.Detail)
	}
	if o.Retry != 0 {
		line += fmt.Sprintf(" retry %d.%d s", o.Retry/10, o.Retry%10)
	}
	return line + fmt.Sprintf(" @%d", o.Offset)
}

func (s *script) doFlush(ms int64, seed string) (lines []string) {
	s.flush++
	f := room.Flush{Seed: s.flush, Now: Epoch + s.w.Now, Millis: ms}
	if seed != "" {
		f.Seed = uint64(number(seed))
	}
	s.frames.Reset()
	s.w.P.Flush(f, &s.frames)
	for i := range s.frames.Frames {
		lines = append(lines, PrintFrame(&s.frames.Frames[i])...)
	}
	for _, o := range s.frames.Outcomes {
		if o.Via.Edge == 0 {
			continue
		}
		lines = append(lines, s.outcome(o))
	}
	return lines
}

// PrintFrame prints a frame: a line of its own and one an item.
func PrintFrame(f *room.Frame) (lines []string) {
	if f.Meta.Audience == record.ToUser {
		return []string{fmt.Sprintf("to %s: %s", f.User, f.Value)}
	}
	var v struct {
		Items []json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(f.Value, &v); err != nil {
		return []string{fmt.Sprintf("frame is no JSON: %v: %s", err, f.Value)}
	}
	lines = append(lines, fmt.Sprintf("%s frame %d (%d,%d] budget %d comments %d", f.Room, f.Meta.Seq, f.Meta.From, f.Meta.To, f.Meta.Budget, f.Meta.Count))
	for _, item := range v.Items {
		lines = append(lines, "  "+strings.ReplaceAll(string(item), strconv.FormatInt(Epoch, 10)[:7], "T"))
	}
	return lines
}

func (s *script) questions() (lines []string) {
	v, _ := s.w.P.View(s.room)
	for _, c := range v.Questions.Clusters {
		line := fmt.Sprintf("%s %s %s %q ×%d of %d", c.Cluster, c.State, c.Intent, c.Title, c.Count, c.Askers)
		if c.Item != "" || c.Link != 0 {
			line += fmt.Sprintf(" item %s link %d", c.Item, c.Link)
		}
		if c.Answer != nil {
			line += fmt.Sprintf(" answered %q spoken %t after %d ms at %d ms told %d", c.Answer.Text, c.Answer.Spoken, c.Answer.WaitMS, c.Answer.ShowMS, c.Answer.Told)
		}
		if c.Suggest != nil {
			line += fmt.Sprintf(" suggest %s %s: %s", c.Suggest.From, c.Suggest.Ref, c.Suggest.Text)
		}
		for _, j := range c.Joined {
			line += fmt.Sprintf(" with %s %q", j.Cluster, j.Title)
		}
		lines = append(lines, line)
	}
	if p := v.Questions.Prompt; p != nil {
		lines = append(lines, fmt.Sprintf("before the host: %s %q %q", p.Script, p.Title, p.Text))
	}
	f := v.Questions.FirstAnswer
	return append(lines, fmt.Sprintf("waiting %d, %d first answers, p50 %d ms", v.Questions.Waiting, f.Count, f.P50MS))
}

func (s *script) stats() (lines []string) {
	for _, r := range s.w.P.Stats().Rooms {
		lines = append(lines, fmt.Sprintf("%s: offered %d shown %d merged %d waiting %d held %d", r.Room, r.Offered, r.Shown, r.Merged, r.Waiting, r.Held))
		for _, c := range r.Classes {
			lines = append(lines, fmt.Sprintf("  %s: offered %d shown %d merged %d shed %v", c.Class, c.Offered, c.Shown, c.Merged, c.Shed))
		}
	}
	return lines
}

func config(opts map[string]string) room.Config {
	cfg := room.Config{AutoCreate: opts["auto"] != "false"}
	for name, to := range map[string]*int64{
		"emission": &cfg.Settings.EmissionMS, "burst": &cfg.Settings.Burst, "stale": &cfg.Settings.StaleMS,
		"hold": &cfg.Settings.HoldMS, "exact": &cfg.Settings.ExactMS, "aged": &cfg.Settings.AgedMS, "idle": &cfg.Settings.IdleMS,
	} {
		if opts[name] != "" {
			*to = number(opts[name])
		}
	}
	for name, to := range map[string]*int{
		"budget": &cfg.Settings.Budget, "most": &cfg.Settings.HoldMost, "collapse": &cfg.Settings.CollapseMin,
		"rooms": &cfg.Settings.MaxRooms, "ids": &cfg.Settings.ExactMost, "queue": &cfg.Settings.MaxQueue,
	} {
		if opts[name] != "" {
			*to = int(number(opts[name]))
		}
	}
	return cfg
}

func split(words []string) (args []string, opts map[string]string) {
	opts = map[string]string{}
	for _, w := range words {
		if k, v, ok := strings.Cut(w, "="); ok {
			opts[k] = v
		} else {
			args = append(args, w)
		}
	}
	return args, opts
}

func number(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimPrefix(s, "+"), 10, 64)
	if err != nil {
		panic(fmt.Sprintf("script: %q is no number", s))
	}
	return n
}

// held prints what waits for a moderator, and who works on it.
func (s *script) held() (lines []string) {
	for _, h := range s.w.P.Held(s.room) {
		line := fmt.Sprintf("@%d %s: %s", h.Offset, h.Name, h.Text)
		if h.By != "" {
			line += fmt.Sprintf(" (with %s for %d ms)", h.By, h.Leased-s.w.P.Now())
		}
		lines = append(lines, line)
	}
	return lines
}
