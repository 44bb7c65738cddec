package moderation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// Bounds of a rule file.
const (
	maxLists     = 256
	maxWords     = 200_000
	maxWordRunes = 64
	maxMute      = 24 * time.Hour
)

// shadowable are the only categories against which Shadow may be used.
var shadowable = []string{"spam", "fraud"}

// ruleFile is a rule file as read, before it is compiled.
type ruleFile struct {
	reader
	version      string
	shadow       bool
	shadowExpiry time.Duration
	mute         time.Duration
	lists        []*fileList
	allow        []placed
	policy       policy
}

type fileList struct {
	list
	line   int
	views  uint8
	words  []placed
	except []placed
	sounds []placed // words that also match by sound
}

// Parse reads a rule file. The error, if any, joins every problem found, each
// with its line; the caller keeps the rule set it has.
func Parse(yaml []byte) (*RuleSet, error) {
	f := &ruleFile{shadowExpiry: MaxShadow, mute: time.Minute}
	f.policy.levels = map[string]uint8{}
	if root := f.root(yaml); root != nil {
		f.fields(root, "rules", map[string]func(ast.Node){
			"version":    func(n ast.Node) { f.version = f.readVersion(n) },
			"dry_run":    func(n ast.Node) { f.policy.dryRun = f.flag(n, "dry_run") },
			"shadow":     f.readShadow,
			"mute":       func(n ast.Node) { f.mute = f.duration(n, "mute", maxMute) },
			"categories": f.readCategories,
			"lists":      func(n ast.Node) { f.items(n, "lists", f.readList) },
			"allow":      func(n ast.Node) { f.allow = f.words(n, "allow") },
			"personal":   f.readPersonal,
			"links":      f.readLinks,
			"score":      f.readScore,
		})
		f.check()
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	return f.compile()
}

func (f *ruleFile) readVersion(n ast.Node) string {
	v := f.text(n, "version")
	if len(v) == 0 || len(v) > 64 || strings.ContainsAny(v, " \t\n+") {
		f.fail(lineOf(n), "version: want 1 to 64 characters without space or plus, not %q", v)
	}
	return v
}

func (f *ruleFile) readShadow(n ast.Node) {
	f.fields(n, "shadow", map[string]func(ast.Node){
		"enabled": func(n ast.Node) { f.shadow = f.flag(n, "shadow.enabled") },
		"expiry":  func(n ast.Node) { f.shadowExpiry = f.duration(n, "shadow.expiry", MaxShadow) },
	})
}

func (f *ruleFile) readCategories(n ast.Node) {
	f.entries(n, "categories", func(name string, value ast.Node) {
		where := "categories." + name
		f.fields(value, where, map[string]func(ast.Node){
			"level": func(n ast.Node) { f.policy.levels[name] = uint8(f.number(n, where+".level", 0, maxLevel)) },
		})
	})
}

func (f *ruleFile) readList(n ast.Node) {
	l := &fileList{line: lineOf(n), views: 1<<viewCanon | 1<<viewTight}
	l.action, l.sound, l.severity = Hold, Flag, defaultSeverity
	where := fmt.Sprintf("lists[%d]", len(f.lists))
	f.lists = append(f.lists, l)
	f.fields(n, where, map[string]func(ast.Node){
		"id":       func(n ast.Node) { l.id = f.text(n, where+".id") },
		"category": func(n ast.Node) { l.category = f.text(n, where+".category") },
		"severity": func(n ast.Node) { l.severity = uint8(f.number(n, where+".severity", 1, 4)) },
		"action":   func(n ast.Node) { l.action = f.action(n, where+".action", Mute) },
		"sound":    func(n ast.Node) { l.sound = f.action(n, where+".sound", Hold) },
		"with_id":  func(n ast.Node) { l.withID = f.action(n, where+".with_id", Mute) },
		"expiry":   func(n ast.Node) { l.expiry = f.duration(n, where+".expiry", maxMute) },
		"dry_run":  func(n ast.Node) { l.dryRun = f.flag(n, where+".dry_run") },
		"locked":   func(n ast.Node) { l.locked = f.flag(n, where+".locked") },
		"views":    func(n ast.Node) { l.views = f.readViews(n, where+".views") },
		"source":   func(n ast.Node) { l.words = append(l.words, f.readSource(n, where+".source")...) },
		"words":    func(n ast.Node) { l.words = append(l.words, f.words(n, where+".words")...) },
		"except":   func(n ast.Node) { l.except = f.words(n, where+".except") },
		"sounds":   func(n ast.Node) { l.sounds = f.words(n, where+".sounds") },
	})
}

func (f *ruleFile) readViews(n ast.Node, where string) (views uint8) {
	f.items(n, where, func(item ast.Node) {
		name := f.text(item, where)
		v := slices.Index(viewNames[:], name)
		if v < 0 {
			f.fail(lineOf(item), "%s: unknown view %q, want one of %s", where, name, strings.Join(viewNames[:], ", "))
			return
		}
		views |= 1 << v
	})
	return views
}

// readSource names word lists that come with the program.
func (f *ruleFile) readSource(n ast.Node, where string) (words []placed) {
	name := f.text(n, where)
	text, ok := sources[name]
	if !ok {
		f.fail(lineOf(n), "%s: unknown source %q", where, name)
	}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			words = append(words, placed{line, lineOf(n)})
		}
	}
	return words
}

func (f *ruleFile) readPersonal(n ast.Node) {
	f.entries(n, "personal", func(name string, value ast.Node) {
		d := slices.Index(detectorNames[:link], name)
		if d < 0 {
			f.fail(lineOf(value), "personal: unknown kind %q, want one of %s", name, strings.Join(detectorNames[:link], ", "))
			return
		}
		f.detect(d, f.action(value, "personal."+name, Block))
	})
}

func (f *ruleFile) detect(d int, a Action) {
	f.policy.personal[d] = a
	f.policy.personals |= 1 << d
}

func (f *ruleFile) readLinks(n ast.Node) {
	f.fields(n, "links", map[string]func(ast.Node){
		"action": func(n ast.Node) { f.detect(link, f.action(n, "links.action", Block)) },
		"allow": func(n ast.Node) {
			for _, w := range f.words(n, "links.allow") {
				host := strings.ToLower(strings.TrimPrefix(w.text, "."))
				if !strings.Contains(host, ".") || strings.ContainsAny(host, "/: *") {
					f.fail(w.line, "links.allow: want a host such as shop.example, not %q", w.text)
				}
				f.policy.linkHosts = append(f.policy.linkHosts, host)
			}
		},
	})
}

func (f *ruleFile) readScore(n ast.Node) {
	f.policy.scored = true
	f.fields(n, "score", map[string]func(ast.Node){
		"flag": func(n ast.Node) { f.policy.scoreFlag = f.number(n, "score.flag", 0, 1000) },
		"hold": func(n ast.Node) { f.policy.scoreHold = f.number(n, "score.hold", 0, 1000) },
	})
}

// check finds what is wrong between fields.
func (f *ruleFile) check() {
	if f.version == "" {
		f.fail(1, "version is missing")
	}
	if len(f.lists) > maxLists {
		f.fail(1, "%d lists, at most %d", len(f.lists), maxLists)
	}
	words, ids := len(f.allow), map[string]int{}
	for _, l := range f.lists {
		words += len(l.words) + len(l.sounds)
		if other, ok := ids[l.id]; ok {
			f.fail(l.line, "list %q has the id of the list on line %d", l.id, other)
		}
		ids[l.id] = l.line
		f.checkList(l)
	}
	if words > maxWords {
		f.fail(1, "%d words, at most %d", words, maxWords)
	}
}

func (f *ruleFile) checkList(l *fileList) {
	switch {
	case l.id == "" || len(l.id) > 64 || strings.ContainsAny(l.id, "/ "):
		f.fail(l.line, "list id %q: want 1 to 64 characters without slash or space", l.id)
	case l.category == "":
		f.fail(l.line, "list %q: category is missing; hiding needs a reason", l.id)
	case l.views == 0:
		f.fail(l.line, "list %q: views are empty", l.id)
	case len(l.words)+len(l.sounds) == 0:
		f.fail(l.line, "list %q has no words", l.id)
	}
	if l.action == Shadow || l.sound == Shadow || l.withID == Shadow {
		f.checkShadow(l)
	}
	if l.expiry == 0 {
		l.expiry = f.mute
		if l.action == Shadow {
			l.expiry = f.shadowExpiry
		}
	}
}

func (f *ruleFile) checkShadow(l *fileList) {
	if !f.shadow {
		f.fail(l.line, "list %q: shadow is off; set shadow.enabled to use it", l.id)
	}
	if !slices.Contains(shadowable, l.category) {
		f.fail(l.line, "list %q: shadow is only for %s, not for %q", l.id, strings.Join(shadowable, " and "), l.category)
	}
	if l.expiry > MaxShadow {
		f.fail(l.line, "list %q: a shadow lasts at most %v, not %v", l.id, MaxShadow, l.expiry)
	}
}
