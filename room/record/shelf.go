package record

// ProductData is the product on air; an empty Item takes it off.
type ProductData struct {
	Item  string `json:"item"`
	Link  int    `json:"link,omitempty"` // "3号链接" of this show
	Title string `json:"title,omitempty"`
	Price int64  `json:"price,omitempty"` // minor units: fen, cents, pence
	Was   int64  `json:"was,omitempty"`   // the same
	Stock int64  `json:"stock,omitempty"`
	// Currency is that of the price, one of Currencies; absent: CNY.
	Currency string   `json:"currency,omitempty"`
	Image    string   `json:"image,omitempty"`
	URL      string   `json:"url,omitempty"`
	Facts    []string `json:"facts,omitempty"`
	AsOf     int64    `json:"as_of,omitempty"` // Unix ms
}

// CardData is a card in the stream of its own: a product or a coupon drop.
type CardData struct {
	Card    string       `json:"card"`
	Kind    string       `json:"kind"` // product, coupon
	Title   string       `json:"title"`
	Text    string       `json:"text,omitempty"`
	Product *ProductData `json:"product,omitempty"`
	Amount  int64        `json:"amount,omitempty"` // minor units
	Until   int64        `json:"until,omitempty"`  // Unix ms
	// Currency is that of the amount; absent: CNY.
	Currency string `json:"currency,omitempty"`
}

// AttrData sets (or, with Delete, removes) a room attribute: at most 100 of 4 KiB.
type AttrData struct {
	Name   string `json:"name"`
	Value  string `json:"value,omitempty"`
	Delete bool   `json:"delete,omitempty"`
}

// CatalogueData upserts and deletes goods, approved answers and scripts of a room, all
// or nothing. With Replace what was there before goes first.
type CatalogueData struct {
	Replace bool         `json:"replace,omitempty"`
	Items   []ItemData   `json:"items,omitempty"`
	FAQ     []FAQData    `json:"faq,omitempty"`
	Scripts []ScriptData `json:"scripts,omitempty"`
}

// WithoutDeletions is d without what it deletes: what can be checked without
// knowing what is there.
func (d *CatalogueData) WithoutDeletions() *CatalogueData {
	n := &CatalogueData{Replace: d.Replace}
	for i := range d.Items {
		if !d.Items[i].Delete {
			n.Items = append(n.Items, d.Items[i])
		}
	}
	for i := range d.FAQ {
		if !d.FAQ[i].Delete {
			n.FAQ = append(n.FAQ, d.FAQ[i])
		}
	}
	for i := range d.Scripts {
		if !d.Scripts[i].Delete {
			n.Scripts = append(n.Scripts, d.Scripts[i])
		}
	}
	return n
}

// ItemData is what the shop says of one product; a nil field stays as it is.
// The item "*" is the whole shop: its Facts hold for every product.
type ItemData struct {
	Item   string  `json:"item"`
	Delete bool    `json:"delete,omitempty"`
	Title  *string `json:"title,omitempty"`
	Link   *int    `json:"link,omitempty"`  // "3号链接"
	Show   *string `json:"show,omitempty"`  // the show whose link number that is; "": of every show
	Price  *int64  `json:"price,omitempty"` // minor units: fen, cents, pence
	Was    *int64  `json:"was,omitempty"`   // the same
	// Currency is that of both, one of Currencies; never said: CNY.
	Currency *string  `json:"currency,omitempty"`
	Stock    *int64   `json:"stock,omitempty"`
	Sizes    []string `json:"sizes,omitempty"`
	Colours  []string `json:"colours,omitempty"`
	// Facts are answers word for word by intent: "delivery": "48 小时内发货". An
	// empty one removes it.
	Facts map[string]string `json:"facts,omitempty"`
	AsOf  int64             `json:"as_of,omitempty"` // Unix ms; 0: when it was folded
}
