package questions

import (
	"fmt"
	"slices"

	"github.com/fudai-live/fudai/room/record"
)

// Bounds of the script library.
const (
	MaxScripts     = 300
	maxScript      = 1000 // bytes of one text
	maxScriptTitle = 120
)

// script is a short text that the host says or reads, of one product or of the shop.
type script struct {
	record.ScriptData
	bytes int
}

func (s *Shop) findScript(id string) (int, bool) {
	return slices.BinarySearchFunc(s.scripts, id, func(x *script, id string) int { return cmpString(x.ID, id) })
}

// putScript adds or replaces a script, or removes it.
func (s *Shop) putScript(d *record.ScriptData) error {
	at, have := s.findScript(d.ID)
	switch {
	case !record.ValidID([]byte(d.ID)):
		return fmt.Errorf("id %.80q is not an id: 1 to %d printable ASCII characters", d.ID, record.MaxID)
	case d.Delete && !have:
		return fmt.Errorf("script %q is not there", d.ID)
	case !d.Delete && (d.Text == "" || len(d.Text) > maxScript):
		return fmt.Errorf("text of %d bytes: want 1 to %d", len(d.Text), maxScript)
	case len(d.Title) > maxScriptTitle:
		return fmt.Errorf("title of %d bytes: at most %d", len(d.Title), maxScriptTitle)
	case d.Item != "" && !record.ValidID([]byte(d.Item)):
		return fmt.Errorf("item %.80q is not an id", d.Item)
	}
	if have {
		s.bytes -= s.scripts[at].bytes
		s.scripts = slices.Delete(s.scripts, at, at+1)
	}
	if !d.Delete {
		n := &script{*d, 64 + len(d.ID) + len(d.Title) + len(d.Text)}
		s.bytes += n.bytes
		s.scripts = slices.Insert(s.scripts, at, n)
	}
	return nil
}

// Prompt puts a script of the library, or a line of whoever helps the host,
// before the host; with neither it takes away what stands there. What stands
// there is a copy: the library may change under it.
func (b *Book) Prompt(d *record.PromptData, by string) error {
	switch {
	case d.Script != "" && d.Text != "":
		return fmt.Errorf("script and text: say one of them")
	case len(d.Text) > maxScript:
		return fmt.Errorf("text of %d bytes: at most %d", len(d.Text), maxScript)
	case d.Script == "" && d.Text == "":
		b.prompt = nil
		return nil
	case d.Script == "":
		b.prompt = &Prompt{Text: d.Text, By: by}
		return nil
	}
	at, have := b.shop.findScript(d.Script)
	if !have {
		return fmt.Errorf("no script %.80q in the library", d.Script)
	}
	s := b.shop.scripts[at]
	b.prompt = &Prompt{s.ID, s.Title, s.Text, by}
	return nil
}
