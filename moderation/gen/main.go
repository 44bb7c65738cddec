// Command gen writes ../tables.bin, the character tables of package
// moderation, from Unicode, OpenCC and pinyin data. It is a module of its own
// so that the libraries it reads never enter the product. Sources and
// licences are in NOTICE.
//
//	go generate ./moderation
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
)

// lastRune bounds every table; the planes above hold no character anybody
// writes in a comment, apart from plane 14, whose characters are invisible.
const lastRune = 0x323AF

func main() {
	out := flag.String("out", "../tables.bin", "file to write")
	flag.Parse()
	simplified, err := readSimplified()
	if err != nil {
		log.Fatal(err)
	}
	lookalikes, err := readLookalikes("confusables.tsv")
	if err != nil {
		log.Fatal(err)
	}
	f := fold(simplified)
	s, syllables := sounds()
	var e encoder
	e.pages32(f.entries)
	e.words32(f.sequences)
	e.pages8(looks(f, lookalikes))
	e.pages16(s)
	e.strings(syllables)
	if err := os.WriteFile(*out, e.bytes, 0o644); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %d bytes, %d sequences, %d syllables\n", *out, len(e.bytes), len(f.sequences), len(syllables))
}
