package demo

import (
	_ "embed"
	"fmt"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml"

	"github.com/fudai-live/fudai/room/record"
)

//go:embed show.yaml
var showYAML []byte

// Show is the script, show.yaml: what there is to say, without who and when.
type Show struct {
	Shop     string           `yaml:"shop"`
	Title    string           `yaml:"title"`
	Host     string           `yaml:"host"`
	Helper   string           `yaml:"helper"`
	Products []Product        `yaml:"products"`
	Pools    map[string]Lines `yaml:"pools"` // lines that fit any product, by mood
	Gifts    []Gift           `yaml:"gifts"`
	Viewers  Lines            `yaml:"viewers"`
}

// Product is what one act is about. Prices are in fen.
type Product struct {
	Item   string   `yaml:"item"`
	Link   int      `yaml:"link"`
	Title  string   `yaml:"title"`
	Price  int64    `yaml:"price"`
	Was    int64    `yaml:"was"`
	Stock  int64    `yaml:"stock"`
	Facts  []string `yaml:"facts"`
	Pin    string   `yaml:"pin"`
	Coupon Coupon   `yaml:"coupon"`
	Bag    Bag      `yaml:"bag"`
	Host   Lines    `yaml:"host"` // in order
	Say    Lines    `yaml:"say"`
	Ask    []Ask    `yaml:"ask"`
}

// Coupon is a card of the act.
type Coupon struct {
	Title  string `yaml:"title"`
	Text   string `yaml:"text"`
	Amount int64  `yaml:"amount"`
}

// Bag is the act's lucky bag.
type Bag struct {
	Title    string  `yaml:"title"`
	Phrase   string  `yaml:"phrase"`
	FanLevel int64   `yaml:"fan_level"` // 0: open to everybody
	Prizes   []Prize `yaml:"prizes"`
}

// Prize is one tier of a bag.
type Prize struct {
	Title string `yaml:"title"`
	Qty   int    `yaml:"qty"`
	Value int64  `yaml:"value"` // fen a unit
}

// Ask is one question in several wordings, first asked about At seconds into
// the act, and its answer.
type Ask struct {
	At     int    `yaml:"at"`
	Ways   Lines  `yaml:"ways"`
	Answer string `yaml:"answer"`
}

// Gift is something viewers give.
type Gift struct {
	Item   string `yaml:"item"`
	Title  string `yaml:"title"`
	Amount int64  `yaml:"amount"` // fen
}

// Lines is a block of text, one entry a line.
type Lines []string

// UnmarshalYAML splits the block.
func (l *Lines) UnmarshalYAML(unmarshal func(any) error) error {
	var block string
	if err := unmarshal(&block); err != nil {
		return err
	}
	for line := range strings.Lines(block) {
		if line = strings.TrimSpace(line); line != "" {
			*l = append(*l, line)
		}
	}
	return nil
}

// Load reads the script that is built in.
func Load() (*Show, error) {
	var s Show
	if err := yaml.UnmarshalWithOptions(showYAML, &s, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("demo: show.yaml: %w", err)
	}
	for _, mood := range moods {
		if len(s.Pools[mood]) == 0 {
			return nil, fmt.Errorf("demo: show.yaml has no lines for %q", mood)
		}
	}
	return &s, nil
}

// chinese reports whether s is written in Chinese. Lines that are neither, such
// as "666", count as Chinese: anybody may say those.
func chinese(s string) bool {
	letters := false
	for _, r := range s {
		if unicode.Is(unicode.Han, r) {
			return true
		}
		letters = letters || unicode.IsLetter(r)
	}
	return !letters
}

// catalogue is what the shop says of its goods before anybody asks: the desk
// suggests answers from it.
func (s *Show) catalogue() *record.CatalogueData {
	show := showID
	d := &record.CatalogueData{Replace: true}
	for i := range s.Products {
		p := &s.Products[i]
		d.Items = append(d.Items, record.ItemData{Item: p.Item, Title: &p.Title, Link: &p.Link, Show: &show, Price: &p.Price, Was: &p.Was, Stock: &p.Stock})
		for j := range p.Ask {
			d.FAQ = append(d.FAQ, record.FAQData{ID: fmt.Sprintf("%s.%d", p.Item, j+1), Questions: p.Ask[j].Ways, Answer: p.Ask[j].Answer, Item: p.Item})
		}
	}
	return d
}
