package fulfil

import (
	"encoding/json"

	"github.com/fudai-live/fudai/giveaway/claimform"
	"github.com/fudai-live/fudai/room/record"
)

// States of a prize, as winners and staff read them.
const (
	ToClaim   = "to-claim"   // 待领取
	ToConfirm = "to-confirm" // 待验证: claimed here, and the platform has not confirmed the winner
	ToShip    = "to-ship"    // 待发货: claimed, to be handed over
	Shipped   = "shipped"    // 已发货
	Received  = "received"   // 已到账
	Expired   = "expired"    // 已过期
)

var stateText = map[string]string{ToClaim: "待领取", ToConfirm: "待验证", ToShip: "待发货", Shipped: "已发货", Received: "已到账", Expired: "已过期"}

// Kinds of prize; see studio.
const (
	goods  = "goods"
	coupon = "coupon"
	points = "points"
	cash   = "cash"
)

// Award is one grant: a unit of a prize in a winner's hands.
type Award struct {
	Grant     string            `json:"grant" doc:"Id of the grant, the idempotency key of everything done about it."`
	Event     string            `json:"event"`
	EventName string            `json:"eventName"`
	Room      string            `json:"room"`
	Shop      string            `json:"shop"`
	User      string            `json:"user"`
	Tier      string            `json:"tier"`
	Title     string            `json:"title"`
	Kind      string            `json:"kind" enum:"goods,coupon,points,cash"`
	WorthFen  int64             `json:"worthFen"`
	AmountFen int64             `json:"amountFen,omitempty" doc:"Of a sum that was cut."`
	Currency  string            `json:"currency" enum:"CNY,USD,GBP,EUR" doc:"Of both amounts, which are its minor units: fen, cents, pence."`
	Rank      int64             `json:"rank"`
	State     string            `json:"state" enum:"to-claim,to-confirm,to-ship,shipped,received,expired"`
	StateText string            `json:"stateText"`
	WonAt     int64             `json:"wonAt" doc:"Unix ms, as all times."`
	Deadline  int64             `json:"deadline,omitempty" doc:"Until when it must be claimed."`
	ClaimedAt int64             `json:"claimedAt,omitempty"`
	ShippedAt int64             `json:"shippedAt,omitempty"`
	DoneAt    int64             `json:"doneAt,omitempty"`
	Carrier   string            `json:"carrier,omitempty"`
	Tracking  string            `json:"tracking,omitempty"`
	Failed    string            `json:"failed,omitempty" doc:"Why the last try did not succeed."`
	Fields    []claimform.Field `json:"fields,omitempty" doc:"What its claim form asks for beside the address."`
	HasForm   bool              `json:"hasForm" doc:"Whether the winner has said where to send it."`
	Overdue   bool              `json:"overdue,omitempty" doc:"To be handed over for longer than the installation allows."`
	Code      string            `json:"code,omitempty" doc:"Coupon code; only its winner reads it."`
	StepUp    string            `json:"stepUp,omitempty" enum:"platform" doc:"Who must confirm the winner, until the deadline as well; absent: nobody."`
	Confirmed int64             `json:"confirmedAt,omitempty" doc:"When they were confirmed, in the room's time."`
	Refusals  int64             `json:"refusals,omitempty" doc:"How often they could not be confirmed so far. Until the deadline they may try again."`
	Why       string            `json:"why,omitempty" enum:"unconfirmed" doc:"Why it was lost; absent: it was not claimed in time."`
}

const prizeColumns = `p.grant_id, p.event, COALESCE(e.title, ''), p.room, p.shop, p.user_id, p.tier, p.title, p.kind, p.worth, p.amount, p.currency, p.rank,
	p.won_at, p.deadline, p.claimed_at, p.shipped_at, p.done_at, p.carrier, p.tracking, p.failed, p.fields, CASE WHEN p.form IS NULL THEN 0 ELSE 1 END, p.step_up, p.confirmed_at, p.refusals, p.code, ` + stateNow

// stateNow is a prize's state as people read it: of one that was claimed and waits
// for the platform, another than the ledger's, which waits for both.
const stateNow = `CASE WHEN p.state = 'to-claim' AND p.step_up <> '' AND p.sent_at > 0 AND p.confirmed_at = 0 THEN 'to-confirm' ELSE p.state END`

const prizeTables = ` FROM fulfil_prizes p LEFT JOIN fulfil_plans e ON e.room = p.room AND e.event = p.event `

type scanner interface{ Scan(...any) error }

// read fills p from a row of prizeColumns.
func (p *Award) read(row scanner, now, within int64) error {
	var form int
	var fields string
	err := row.Scan(&p.Grant, &p.Event, &p.EventName, &p.Room, &p.Shop, &p.User, &p.Tier, &p.Title, &p.Kind, &p.WorthFen, &p.AmountFen, &p.Currency, &p.Rank,
		&p.WonAt, &p.Deadline, &p.ClaimedAt, &p.ShippedAt, &p.DoneAt, &p.Carrier, &p.Tracking, &p.Failed, &fields, &form, &p.StepUp, &p.Confirmed, &p.Refusals, &p.Why, &p.State)
	p.Currency = record.CurrencyOf(p.Currency)
	p.StateText, p.HasForm = stateText[p.State], form == 1
	p.Overdue = p.State == ToShip && p.ClaimedAt+within < now
	if err == nil && fields != "" {
		err = json.Unmarshal([]byte(fields), &p.Fields)
	}
	return err
}
