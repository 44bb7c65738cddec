package answer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/fudai-live/fudai/room/record"
)

// Flags is what an operator may tell about the model.
type Flags struct {
	AnswerURL    string        `help:"Let this OpenAI-compatible endpoint draft answers for the host to approve (https://…/v1); none: no drafts." placeholder:"URL"`
	AnswerKey    string        `help:"File with the endpoint's key." placeholder:"FILE" type:"path"`
	AnswerModel  string        `help:"Model to ask for." placeholder:"NAME"`
	AnswerWithin time.Duration `help:"How long a draft may take." default:"5s"`
	AnswerAskers int           `help:"People who ask the same before a draft is made." default:"3"`
	AnswerCalls  int           `help:"Calls a room and show." default:"200"`
	AnswerTokens int           `help:"Tokens a room and show." default:"200000"`
}

// TranslateFlags is what an operator may tell about translations.
type TranslateFlags struct {
	TranslateTo     []string      `help:"Languages into which what the host answers, pins and gives away is translated by a model (en, th); none: not at all." placeholder:"LANGUAGE"`
	TranslateURL    string        `help:"OpenAI-compatible endpoint that translates; without it that of answer-url does." placeholder:"URL"`
	TranslateKey    string        `help:"File with the endpoint's key." placeholder:"FILE" type:"path"`
	TranslateModel  string        `help:"Model to ask for." placeholder:"NAME"`
	TranslateWithin time.Duration `help:"How much later an answer or a pin may be for its translation; then it goes as it is." default:"2s"`
	TranslateCalls  int           `help:"Calls a room and day." default:"500"`
	TranslateTokens int           `help:"Tokens a room and day." default:"200000"`
}

// On reports whether anything is translated.
func (f *TranslateFlags) On() bool { return len(f.TranslateTo) > 0 }

// Config is DefaultTranslatorConfig with what the flags say; Write is the caller's.
// Where no endpoint of its own is named, that of the drafts is asked.
func (f *TranslateFlags) Config(drafts *Flags) TranslatorConfig {
	cfg := DefaultTranslatorConfig()
	cfg.To, cfg.Within, cfg.Calls, cfg.Tokens = f.TranslateTo, f.TranslateWithin, f.TranslateCalls, f.TranslateTokens
	if f.TranslateURL == "" {
		cfg.Endpoint = drafts.Config().Endpoint
		if f.TranslateModel != "" {
			cfg.Model = f.TranslateModel
		}
		return cfg
	}
	cfg.URL, cfg.Model = f.TranslateURL, f.TranslateModel
	cfg.Key, _ = keyIn("translate-key", f.TranslateKey) // Problems has told
	return cfg
}

// Problems are everything that is wrong with the flags.
func (f *TranslateFlags) Problems(drafts *Flags) error {
	if !f.On() {
		if f.TranslateURL != "" || f.TranslateKey != "" || f.TranslateModel != "" {
			return errors.New("translate-url, translate-key or translate-model without translate-to: nothing would be translated")
		}
		return nil
	}
	if f.TranslateURL == "" && f.TranslateKey != "" {
		return errors.New("translate-key without translate-url: the key is of an endpoint of its own")
	}
	_, err := keyIn("translate-key", f.TranslateKey)
	cfg := f.Config(drafts)
	return errors.Join(err, cfg.Validate())
}

// On reports whether there is an endpoint.
func (f *Flags) On() bool { return f.AnswerURL != "" }

// Config is DefaultConfig with what the flags say; Catalogue is the caller's.
func (f *Flags) Config() Config {
	cfg := DefaultConfig()
	cfg.URL, cfg.Model, cfg.Within, cfg.Askers, cfg.Calls, cfg.Tokens = f.AnswerURL, f.AnswerModel, f.AnswerWithin, f.AnswerAskers, f.AnswerCalls, f.AnswerTokens
	cfg.Key, _ = keyIn("answer-key", f.AnswerKey) // Problems has told
	return cfg
}

// keyIn reads a key from the file that a flag names.
func keyIn(flag, path string) (string, error) {
	if path == "" {
		return "", nil
	}
	key, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%s: %w", flag, err)
	}
	return strings.TrimSpace(string(key)), nil
}

// Problems are everything that is wrong with the flags.
func (f *Flags) Problems() error {
	if !f.On() {
		if f.AnswerKey != "" || f.AnswerModel != "" {
			return errors.New("answer-key or answer-model without answer-url: there is nobody to ask")
		}
		return nil
	}
	_, err := keyIn("answer-key", f.AnswerKey)
	cfg := f.Config()
	cfg.Catalogue = func(context.Context, string) (*record.CatalogueData, error) { return nil, nil }
	return errors.Join(err, cfg.Validate())
}
