package studio

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/beacon"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// Draft is what a marketer says about a giveaway. The plan follows from it
// once its time is known.
type Draft struct {
	Kind         string                   `json:"kind" enum:"lottery,bag,grab,packet,rain" doc:"rain: a red-packet rain, open for 3 to 60 s and entered by a tap; its prizes are 1 to 12 waves, each a sum with a split."`
	Title        string                   `json:"title"`
	Texts        map[string]giveaway.Text `json:"texts,omitempty" doc:"By language, zh or en. The region profile writes the rules from the plan; those that are given stand behind them."`
	Selection    string                   `json:"selection,omitempty" enum:"lot,first" doc:"first is for grabs and is labelled; default lot: all of the window are equal."`
	Trigger      Trigger                  `json:"trigger"`
	OpenMs       int64                    `json:"openMs,omitempty" doc:"For how long it is open."`
	CloseAt      string                   `json:"closeAt,omitempty" doc:"In place of openMs where the trigger is a time: local time of its zone."`
	NoticeMs     int64                    `json:"noticeMs,omitempty" doc:"How long before it opens it is announced; default 10 s, of one planned for a time 10 minutes."`
	Prizes       []DraftPrize             `json:"prizes" doc:"In the order of their worth."`
	Phrases      []string                 `json:"phrases,omitempty" doc:"Passphrases (口令): a comment that says one is an entry."`
	Conditions   []giveaway.Condition     `json:"conditions,omitempty" doc:"All must hold; see /v1/studio/conditions."`
	Weights      []giveaway.Weight        `json:"weights,omitempty"`
	Caps         []giveaway.Cap           `json:"caps,omitempty" doc:"Who won n times within periodMs before the close does not win again (code 1000): scope room counts what was won in the room, shop in all rooms of the shop (code 1002), as far as it was given before the close. Two rooms that close before either has drawn may both give to one person."`
	Block        []giveaway.Blocked       `json:"block,omitempty" doc:"Who may not win, with a public reason code. There is no list of who must."`
	Reasons      []giveaway.BlockReason   `json:"reasons,omitempty" doc:"What the codes of the block list mean, as viewers read it; at most 32."`
	Cluster      *giveaway.Cluster        `json:"cluster,omitempty" doc:"Accounts that are tied to each other get one ticket together, that of whoever entered first; the others are excluded before the seal (code 1001). by: device, pay, address, phone, as the token's facts state them. phone also needs weak: the accounts were made within burstSec of each other and entered the same giveaways before, coPercent of them; the thresholds are fixed by a hash and not published. weakHash is filled in."`
	Alternates   uint32                   `json:"alternates,omitempty" doc:"Ranks kept in reserve for prizes nobody claims."`
	ClaimTTLMs   int64                    `json:"claimTtlMs,omitempty" doc:"How long a winner has to claim; 0: nothing has to be claimed."`
	NoBeacon     string                   `json:"noBeacon,omitempty" enum:"wait,cancel" doc:"If no relay of the public beacon can be reached before it opens: wait (default) opens it and draws when the round comes, cancel cancels it. No other random number stands in."`
	Proof        bool                     `json:"proof,omitempty" doc:"For very large prizes: the draw takes a proof under this installation's key as well as the public random number (grade A+V where nothing else is lacking), so nobody foresees it without both. In return the operator can withhold it: the event is then void an hour after its round, and compensation is owed."`
	Compensation string                   `json:"compensation,omitempty" doc:"What everybody who was in gets should it end void, in the organiser's words, at most 600 bytes; a draw with proof must have one. It stands in the plan and the rules, and is shown with the reason."`
	Budget       string                   `json:"budget,omitempty" doc:"Budget that pays; cash always needs one."`
}

// DraftPrize is one tier.
type DraftPrize struct {
	Prize string           `json:"prize" doc:"Id in the library."`
	Qty   uint32           `json:"qty"`
	Split *drawproof.Split `json:"split,omitempty" doc:"Of cash: how a sum is cut into qty packets."`
	// As the plan has it; the profile recommends it from an amount on, and forces nothing.
	StepUp string `json:"stepUp,omitempty" enum:"platform" doc:"The platform confirms a winner (a code by SMS, a face: its own way) within the time for claims, or the next in reserve follows. Viewers read it before they enter. Absent: nobody need."`
}

// Trigger says when it opens.
type Trigger struct {
	On      string `json:"on" enum:"now,at,show-start,product,after-draw,tap"`
	At      string `json:"at,omitempty" doc:"on at: local time, 2006-01-02T15:04 or with seconds."`
	Zone    string `json:"zone,omitempty" doc:"IANA zone of at; default the shop's."`
	Fold    string `json:"fold,omitempty" enum:"first,second" doc:"Which of two, where clocks go back over at."`
	AfterMs int64  `json:"afterMs,omitempty" doc:"How long after what it waits for: N minutes after 开播, N seconds after the last draw."`
	Item    string `json:"item,omitempty" doc:"on product: the product that must come on air."`
	Event   string `json:"event,omitempty" doc:"on after-draw: of this giveaway; empty: whichever is drawn next in the room."`
	Show    string `json:"show,omitempty" doc:"on show-start: of this show; empty: the next one of the room, or the one on air while afterMs from its start is still to come."`
}

// waits reports whether it opens when something happens, not at a time.
func (t *Trigger) waits() bool {
	return t.On == "show-start" || t.On == "product" || t.On == "after-draw" || t.On == "tap"
}

// Tier is one prize of a giveaway as it was when it was planned.
type Tier struct {
	Tier     string `json:"tier" doc:"Id in the plan."`
	Prize    string `json:"prize" doc:"Id in the library."`
	Title    string `json:"title"`
	Kind     string `json:"kind"`
	Qty      uint32 `json:"qty"`
	ValueFen int64  `json:"valueFen" doc:"Of one unit; 0 of a sum that is cut."`
	TotalFen int64  `json:"totalFen"`
	Stocked  bool   `json:"stocked" doc:"Units come from stock."`
}

// States of a giveaway. Those from announced on are what the ledger says.
const (
	Drafted   = "draft"
	Approved  = "approved"
	Scheduled = "scheduled" // reserved in full; waits for its time or trigger
	Refused   = "refused"   // the room, or the check when its trigger came, refused it
	Announced = "announced"
	Open      = "open"
	Closing   = "closing"
	Sealed    = "sealed"
	Drawn     = "drawn"
	Claiming  = "claiming"
	Settled   = "settled"
	Cancelled = "cancelled"
	Void      = "void"
)

const stateEnum = "draft,approved,scheduled,refused,announced,open,closing,sealed,drawn,claiming,settled,cancelled,void"

// under are the states in which a giveaway holds stock and money.
var under = []string{Scheduled, Announced, Open, Closing, Sealed, Drawn, Claiming}

// Giveaway is a giveaway of a shop, from its draft to its end. Its id is the
// event id in the log.
type Giveaway struct {
	Meta
	Room     string `json:"room"`
	State    string `json:"state" enum:"draft,approved,scheduled,refused,announced,open,closing,sealed,drawn,claiming,settled,cancelled,void"`
	Draft    Draft  `json:"draft"`
	Tiers    []Tier `json:"tiers,omitempty" doc:"The prizes as they were when it was last checked; from its approval on they are what is announced."`
	Units    int64  `json:"units"`
	WorthFen int64  `json:"worthFen" doc:"What it promises in all."`
	Currency string `json:"currency,omitempty" enum:"CNY,USD,GBP,EUR" doc:"The shop's when it was last checked; absent: CNY. Amounts are its minor units: fen, cents, pence."`

	Editor     string `json:"editor" doc:"Who wrote the draft last: somebody else must approve it."`
	ApprovedBy string `json:"approvedBy,omitempty" doc:"A user, policy, or template:ID."`
	ApprovedAt int64  `json:"approvedAt,omitempty"`
	Rejected   string `json:"rejected,omitempty" doc:"Why it was sent back, until it is changed."`

	ArmedAt    int64  `json:"armedAt,omitempty" doc:"Since when it is scheduled."`
	AnnounceAt int64  `json:"announceAt,omitempty" doc:"Times are Unix ms and 0 until they are known."`
	OpenAt     int64  `json:"openAt,omitempty"`
	CloseAt    int64  `json:"closeAt,omitempty"`
	DrawAt     int64  `json:"drawAt,omitempty"`
	PlanHash   string `json:"planHash,omitempty"`

	Beacon *beacon.Reachability `json:"beacon,omitempty" doc:"The last test of the beacon for it: before approval, and again in the minute before it opens."`

	Extensions []Extended `json:"extensions,omitempty" doc:"Asked for after the announcement; closeAt is that of the last one the room took."`

	Decoys []Decoy `json:"decoys,omitempty" doc:"Laid beside it, for who may read its block list."`

	Template string `json:"template,omitempty"`
	Series   string `json:"series,omitempty"`
	CopyOf   string `json:"copyOf,omitempty"`

	Live     Live           `json:"live"`
	Out      []OutBy        `json:"out,omitempty" doc:"Of live.excluded: by reason."`
	Problems []rest.Problem `json:"problems,omitempty" doc:"State refused: why. State draft: what has changed since it was approved, or what it missed."`
	Why      string         `json:"why,omitempty" doc:"States cancelled and void: why, as it was written."`
	EndCode  string         `json:"endCode,omitempty" doc:"States cancelled and void: for which reason. goods, mistake, fault, show, ordered, other or dead-chain by people (staff: before there was a list); missed, gap, late or no-proof by the room."`

	Rekeyed  *Rekeyed  `json:"rekeyed,omitempty" doc:"The installation's keys were changed before it was announced: its plan was finished anew with those of now, and nothing else in it differs."`
	Untaken  *Untaken  `json:"untaken,omitempty" doc:"State scheduled: its plan was sent, and the room has not answered yet."`
	Refusals []Refusal `json:"refusals,omitempty" doc:"Commands about it that were accepted here and that the room refused, the newest last."`
}

func (g *Giveaway) where() (string, string) { return g.Room, g.State }

// Extended is a close that was asked to be later.
type Extended struct {
	ID      string `json:"id"`
	By      string `json:"by"`
	CloseAt int64  `json:"closeAt"`
	Was     int64  `json:"was" doc:"When it would have closed."`
	Pause   bool   `json:"pause,omitempty" doc:"The show was interrupted, and viewers were told so."`
	Reason  string `json:"reason,omitempty"`
	Refused string `json:"refused,omitempty" doc:"Why the room did not take it."`
}

// Live is what the ledger has said.
type Live struct {
	Entrants   int64  `json:"entrants" doc:"On the sealed list."`
	Excluded   int64  `json:"excluded"`
	Devices    int64  `json:"devices,omitempty" doc:"Different devices of those who entered, in two digits; where the draft ties accounts by them."`
	Seal       string `json:"seal,omitempty" doc:"Code to be read out."`
	Round      uint64 `json:"round,omitempty"`
	Winners    int64  `json:"winners"`
	Alternates int64  `json:"alternates" doc:"Left in reserve."`
	Granted    int64  `json:"granted" doc:"Units that somebody holds or held."`
	Claimed    int64  `json:"claimed" doc:"Units claimed, or given without a claim."`
	Expired    int64  `json:"expired" doc:"Holders who did not claim in time."`
	Skipped    int64  `json:"skipped" doc:"Ranks passed over by a cap."`
	Returned   int64  `json:"returned" doc:"Units that nobody got."`
}

// OutBy is how many are excluded for one reason.
type OutBy struct {
	Code uint32 `json:"code" doc:"1..999 of the block list, 1000 a cap, 1001 an account tied to theirs has the ticket, 1002 a cap by what they won in other rooms of the shop too."`
	N    int64  `json:"n"`
	Zh   string `json:"zh"`
	En   string `json:"en"`
}

// outBy says counts of exclusions in words, the smallest code first.
func (d *Draft) outBy(counts map[uint32]int64) (all []OutBy) {
	for _, code := range slices.Sorted(maps.Keys(counts)) {
		o := OutBy{Code: code, N: counts[code], Zh: fmt.Sprintf("排除名单（代码 %d）", code), En: fmt.Sprintf("block list (code %d)", code)}
		switch code {
		case giveaway.ReasonCap:
			o.Zh, o.En = "近期中奖已达上限", "won as often as the limit allows"
		case giveaway.ReasonShopCap:
			o.Zh, o.En = "近期在本店各直播间中奖已达上限", "won in the shop's rooms as often as the limit allows"
		case giveaway.ReasonCluster:
			o.Zh, o.En = "同一设备或账户已有一个名额", "the same device or account has a ticket"
		}
		for _, r := range d.Reasons {
			if r.Code == code {
				o.Zh, o.En = cmp.Or(r.Zh, r.En), cmp.Or(r.En, r.Zh)
			}
		}
		all = append(all, o)
	}
	return all
}
