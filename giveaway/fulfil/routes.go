package fulfil

import (
	"net/http"

	"github.com/fudai-live/fudai/giveaway/claimform"
	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
)

// Routes is the desk's API; the studio serves it beside its own.
func (d *Desk) Routes() []rest.Route {
	const tag = "fulfilment"
	shop := rest.Param{Name: "shop", Type: "string", Doc: "Of this shop."}
	narrow := []rest.Param{shop,
		{Name: "room", Type: "string", Doc: "Only of this room."}, {Name: "event", Type: "string", Doc: "Only of this giveaway."}, {Name: "user", Type: "string", Doc: "Only of this winner."},
		{Name: "state", Type: "string", Enum: []string{ToClaim, ToConfirm, ToShip, Shipped, Received, Expired}, Doc: "待领取 待验证 待发货 已发货 已到账 已过期"},
		{Name: "kind", Type: "string", Enum: []string{goods, coupon, points, cash}, Doc: "Only of this kind."},
		{Name: "overdue", Type: "string", Doc: "Anything: only what is overdue."}, {Name: "failed", Type: "string", Doc: "Anything: only what failed."}}
	page := append(append([]rest.Param{}, narrow...), rest.Param{Name: "most", Type: "integer", Doc: "Rows of a page."}, rest.Param{Name: "after", Type: "string", Doc: "What the page before said in next."})
	one := "/v1/studio/fulfilment/prizes/{grant}"
	return []rest.Route{
		{Method: "GET", Path: "/v1/me/prizes", Tag: "winners", Summary: "What I won and what became of it, newest first, 200 at a time.", Do: rest.Own, Query: []rest.Param{{Name: "after", Type: "string", Doc: "What the page before said in next."}}, Out: rest.List[Award]{}, Handle: d.mine},
		{Method: "GET", Path: "/v1/me/voids", Tag: "winners", Summary: "The giveaways I was in that ended without a draw: why, and what the organiser gives for it; newest first, of the last 90 days. Of one that ended because part of the log was lost those stand here who showed their receipts.", Do: rest.Own, Out: rest.List[Ended]{}, Handle: d.voids},
		{Method: "POST", Path: "/v1/me/voids", Tag: "winners", Summary: "Show the receipt of a giveaway that ended void, and be on the list of those who get what the organiser gives for it: for whoever was in and is not named, because part of the log was lost. Once is as good as often; for 30 days after it ended.", Do: rest.Own, In: Proof{}, Example: Proof{Room: "demo", Event: "g-none", Path: []drawproof.Hash{}}, Out: Ended{}, Handle: d.prove},
		{Method: "POST", Path: "/v1/me/prizes/{grant}/claim", Tag: "winners", Summary: "Claim a prize; of goods say where to send it. Whether it was in time the room's ledger says. One that asks for a confirmation waits for the platform's word until the deadline.", Do: rest.Own, In: claimform.Form{}, Example: claimform.Form{Name: "王小云", Phone: "13800000000", Address: "浙江省杭州市某路 1 号"}, Out: Award{}, Status: http.StatusAccepted, Handle: d.claim},
		{Method: "GET", Path: "/v1/studio/fulfilment/prizes", Tag: tag, Summary: "The queue, newest first.", Do: "prize.state", Query: page, Out: rest.List[Award]{}, Handle: d.queue},
		{Method: "GET", Path: "/v1/studio/fulfilment/counts", Tag: tag, Summary: "How many prizes are in which state.", Do: "prize.state", Query: []rest.Param{shop}, Out: Counts{}, Handle: d.counts},
		{Method: "GET", Path: one, Tag: tag, Summary: "A prize.", Do: "prize.state", Out: Award{}, Handle: d.one},
		{Method: "GET", Path: one + "/form", Tag: tag, Summary: "Where to send it. Who reads it is noted.", Do: "prize.person", Out: claimform.Form{}, Handle: d.form},
		{Method: "POST", Path: one + "/ship", Tag: tag, Summary: "It was sent.", Do: "prize.handle", In: Parcel{}, Example: Parcel{"顺丰", "SF0012345678901"}, Out: Award{}, Handle: d.ship},
		{Method: "POST", Path: one + "/receive", Tag: tag, Summary: "The winner has it.", Do: "prize.handle", Out: Award{}, Handle: d.receive},
		{Method: "POST", Path: one + "/fail", Tag: tag, Summary: "It could not be handed over; it goes back into the queue.", Do: "prize.handle", In: Failure{}, Example: Failure{"地址不详，退回"}, Out: Award{}, Handle: d.fail},
		{Method: "POST", Path: one + "/retry", Tag: tag, Summary: "Try now what failed: the webhook, the coupon pool.", Do: "prize.handle", Out: Award{}, Handle: d.retry},
		{Method: "POST", Path: "/v1/studio/fulfilment/tracking", Tag: tag, Summary: "Import tracking numbers: an export that was filled in, or rows of grant, carrier, number; between fields commas, tabs or semicolons. What is wrong is said row by row.", Do: "prize.handle", Query: []rest.Param{shop}, InMedia: "text/csv", Out: Imported{}, Handle: d.importTracking},
		{Method: "GET", Path: "/v1/studio/fulfilment/export", Tag: tag, Summary: "The queue for a spreadsheet, the oldest first. More than 100000 rows are refused, not cut: narrow them.", Do: "export", Query: append(append([]rest.Param{}, narrow...), rest.Param{Name: "format", Type: "string", Enum: []string{"csv", "xlsx"}, Doc: "Default csv."}), Media: "text/csv", Handle: d.export},
		{Method: "DELETE", Path: "/v1/studio/fulfilment/events/{event}/forms", Tag: tag, Summary: "Destroy the key of everything winners of a giveaway wrote into forms.", Do: "prize.person", Out: Imported{}, Handle: d.forget},
		{Method: "GET", Path: "/v1/studio/fulfilment/pools", Tag: tag, Summary: "The coupon pools of a shop.", Do: "prize.state", Query: []rest.Param{shop}, Out: rest.List[Pool]{}, Handle: d.pools},
		{Method: "POST", Path: "/v1/studio/fulfilment/pools/{pool}/codes", Tag: tag, Summary: "Import codes, one a line; who waits for one gets it.", Do: "coupon.write", Query: []rest.Param{shop}, InMedia: "text/plain", Out: Imported{}, Handle: d.importCodes},
		{Method: "GET", Path: "/v1/studio/fulfilment/hooks/{shop}", Tag: tag, Summary: "Where the shop's system listens.", Do: "hook.write", Out: Hook{}, Handle: d.hook},
		{Method: "PUT", Path: "/v1/studio/fulfilment/hooks/{shop}", Tag: tag, Summary: "Set it. The secret for its signatures is told once.", Do: "hook.write", In: HookSpec{}, Example: HookSpec{"https://shop.example.com/fudai"}, Out: Hook{}, Handle: d.setHook},
	}
}
