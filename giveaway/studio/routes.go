package studio

import (
	"net/http"

	"github.com/fudai-live/fudai/giveaway"
	"github.com/fudai-live/fudai/giveaway/studio/rest"
	"github.com/fudai-live/fudai/room/record"
)

var (
	shopParam  = rest.Param{Name: "shop", Type: "string", Doc: "Of this shop."}
	roomParam  = rest.Param{Name: "room", Type: "string", Doc: "Only of this room."}
	mostParam  = rest.Param{Name: "most", Type: "integer", Doc: "Rows of a page."}
	afterParam = rest.Param{Name: "after", Type: "string", Doc: "What the page before said in next."}
)

// The examples of the document; each is sent to a real studio by a test.
var (
	exampleShop = ShopSpec{Name: "云朵小店", Profile: "cn-2020", Zone: "Asia/Shanghai", Organiser: "云朵（杭州）商贸有限公司", Contact: "400-000-0000",
		Approval: Approval{Mode: "above", AboveFen: 1_000_000}}
	exampleDraft = Draft{Kind: giveaway.Bag, Title: "开场福袋", Trigger: Trigger{On: "now"}, OpenMs: 180_000, Phrases: []string{"云朵上新"},
		Prizes: []DraftPrize{{Prize: "cup", Qty: 3}}, Conditions: []giveaway.Condition{{Rule: "fan_level", N: 2}}, Alternates: 3, ClaimTTLMs: 86_400_000, Budget: "autumn"}
	exampleSeries = NewSeries{Rooms: []string{"demo"}, Draft: exampleDraft, Recurrence: Recurrence{Start: "2031-03-03T20:00", Rule: "FREQ=WEEKLY;BYDAY=MO,FR;COUNT=6"}}
)

// Routes is the whole of the studio's API.
func (s *Studio) Routes() []rest.Route {
	type list = []rest.Route
	var all list
	for _, part := range []list{s.shopRoutes(), s.libraryRoutes(), s.giveawayRoutes(), s.templateRoutes(), s.rehearsalRoutes(), s.appealRoutes(), s.recordRoutes()} {
		all = append(all, part...)
	}
	return all
}

func (s *Studio) shopRoutes() []rest.Route {
	const tag = "shops"
	return []rest.Route{
		{Method: "GET", Path: "/v1/studio/me", Tag: tag, Summary: "Who I am here and what I may do.", Do: rest.Own, Query: []rest.Param{shopParam}, Out: Me{}, Handle: s.me},
		{Method: "GET", Path: "/v1/studio/permissions", Tag: tag, Summary: "Which role may do what.", Do: rest.Own, Out: map[string][]string{}, Handle: s.permissionTable},
		{Method: "GET", Path: "/v1/studio/shops", Tag: tag, Summary: "The shops I work for.", Do: "shop.read", Out: rest.List[Shop]{}, Handle: s.listShops},
		{Method: "POST", Path: "/v1/studio/shops", Tag: tag, Summary: "Open a shop.", Do: "shop.write", In: NewShop{}, Example: NewShop{"yunduo", exampleShop}, Out: Shop{}, Status: http.StatusCreated, Handle: s.addShop},
		{Method: "GET", Path: "/v1/studio/shops/{id}", Tag: tag, Summary: "A shop.", Do: "shop.read", Out: Shop{}, Handle: s.getShop},
		{Method: "PUT", Path: "/v1/studio/shops/{id}", Tag: tag, Summary: "Change a shop: its approval policy, its region.", Do: "shop.write", In: ShopSpec{}, Example: exampleShop, Out: Shop{}, Handle: s.changeShop},
		{Method: "GET", Path: "/v1/studio/shops/{id}/staff", Tag: tag, Summary: "Who has which roles; the shop * is all of them.", Do: "staff.read", Out: rest.List[Staff]{}, Handle: s.staff},
		{Method: "PUT", Path: "/v1/studio/shops/{id}/staff/{user}", Tag: tag, Summary: "Give somebody roles, or none.", Do: "staff.write", In: StaffSpec{}, Example: StaffSpec{[]string{Marketer, Fulfilment}}, Out: Staff{}, Handle: s.appoint},
		{Method: "GET", Path: "/v1/studio/rooms", Tag: tag, Summary: "The rooms of a shop.", Do: "shop.read", Query: []rest.Param{shopParam}, Out: rest.List[Room]{}, Handle: s.listRooms},
		{Method: "POST", Path: "/v1/studio/rooms", Tag: tag, Summary: "Give a room to a shop.", Do: "room.write", In: NewRoom{}, Example: NewRoom{"demo2", "yunduo", RoomSpec{Title: "二号直播间", Host: "h1"}}, Out: Room{}, Status: http.StatusCreated, Handle: s.addRoom},
		{Method: "PUT", Path: "/v1/studio/rooms/{id}", Tag: tag, Summary: "Change a room.", Do: "room.write", In: RoomSpec{}, Example: RoomSpec{Title: "主直播间"}, Out: Room{}, Handle: s.changeRoom},
		{Method: "GET", Path: "/v1/studio/shows", Tag: tag, Summary: "Planned, running and past shows, newest first.", Do: "shop.read", Query: []rest.Param{shopParam, roomParam, mostParam, afterParam}, Out: rest.List[Show]{}, Handle: s.listShows},
		{Method: "POST", Path: "/v1/studio/shows", Tag: tag, Summary: "Plan a show.", Do: "show.write", In: NewShow{}, Example: NewShow{"", "demo", ShowSpec{Title: "秋季上新", StartAt: 1_930_000_000_000}}, Out: Show{}, Status: http.StatusCreated, Handle: s.addShow},
		{Method: "PUT", Path: "/v1/studio/shows/{id}", Tag: tag, Summary: "Change a show's plan.", Do: "show.write", In: ShowSpec{}, Example: ShowSpec{Title: "秋季上新", StartAt: 1_930_000_000_000}, Out: Show{}, Handle: s.changeShow},
	}
}

func (s *Studio) libraryRoutes() []rest.Route {
	const tag = "library"
	return []rest.Route{
		{Method: "GET", Path: "/v1/studio/prizes", Tag: tag, Summary: "The prize library of a shop with its stock.", Do: "shop.read", Query: []rest.Param{shopParam, mostParam, afterParam}, Out: rest.List[Prize]{}, Handle: s.listPrizes},
		{Method: "POST", Path: "/v1/studio/prizes", Tag: tag, Summary: "Add a prize.", Do: "prize.write", In: NewPrize{}, Example: NewPrize{Shop: "yunduo", PrizeSpec: PrizeSpec{Title: "云朵马克杯", Kind: Goods, ValueFen: 3900}, Units: 100}, Out: Prize{}, Status: http.StatusCreated, Handle: s.addPrize},
		{Method: "PUT", Path: "/v1/studio/prizes/{id}", Tag: tag, Summary: "Change a prize. Giveaways that are scheduled keep what they promised; those that are approved must be approved again.", Do: "prize.write", In: PrizeSpec{}, Example: PrizeSpec{Title: "云朵马克杯", Kind: Goods, ValueFen: 3900}, Out: Prize{}, Handle: s.changePrize},
		{Method: "POST", Path: "/v1/studio/prizes/{id}/stock", Tag: tag, Summary: "Units that came or went.", Do: "stock.write", In: Amount{}, Example: Amount{50, "到货"}, Out: Prize{}, Handle: s.addStock},
		{Method: "GET", Path: "/v1/studio/budgets", Tag: tag, Summary: "The budgets of a shop.", Do: "ledger.read", Query: []rest.Param{shopParam}, Out: rest.List[Budget]{}, Handle: s.listBudgets},
		{Method: "POST", Path: "/v1/studio/budgets", Tag: tag, Summary: "Open a budget.", Do: "budget.write", In: NewBudget{}, Example: NewBudget{Shop: "yunduo", BudgetSpec: BudgetSpec{Title: "秋季活动"}, Fen: 1_000_000}, Out: Budget{}, Status: http.StatusCreated, Handle: s.addBudget},
		{Method: "POST", Path: "/v1/studio/budgets/{id}/funds", Tag: tag, Summary: "Money that came or went.", Do: "budget.write", In: Amount{}, Example: Amount{500_000, "追加"}, Out: Budget{}, Handle: s.addFunds},
		{Method: "GET", Path: "/v1/studio/profiles", Tag: tag, Summary: "The region profiles with their sources.", Do: rest.Own, Out: rest.List[Profile]{}, Handle: s.listProfiles},
		{Method: "GET", Path: "/v1/studio/conditions", Tag: tag, Summary: "The conditions that a draft may name.", Do: rest.Own, Out: rest.List[Vocabulary]{}, Handle: s.conditions},
	}
}

func (s *Studio) giveawayRoutes() []rest.Route {
	const tag = "giveaways"
	one := "/v1/studio/giveaways/{id}"
	return []rest.Route{
		{Method: "POST", Path: "/v1/studio/check", Tag: tag, Summary: "Everything that is wrong with a draft, without keeping it.", Do: "giveaway.read", In: NewGiveaway{}, Example: NewGiveaway{"demo", exampleDraft}, Out: Checked{}, Handle: s.checkDraft},
		{Method: "GET", Path: "/v1/studio/giveaways", Tag: tag, Summary: "The giveaways of a shop, newest first.", Do: "giveaway.read", Query: []rest.Param{shopParam, roomParam, {Name: "state", Type: "string", Doc: "Only in these states, with commas: " + stateEnum}, mostParam, afterParam}, Out: rest.List[Giveaway]{}, Handle: s.listGiveaways},
		{Method: "POST", Path: "/v1/studio/giveaways", Tag: tag, Summary: "Write a draft.", Do: "giveaway.write", In: NewGiveaway{}, Example: NewGiveaway{"demo", exampleDraft}, Out: Giveaway{}, Status: http.StatusCreated, Handle: s.addGiveaway},
		{Method: "GET", Path: one, Tag: tag, Summary: "A giveaway, as far as the log says it has come.", Do: "giveaway.read", Out: Giveaway{}, Handle: s.getGiveaway},
		{Method: "GET", Path: one + "/funnel", Tag: tag, Summary: "How far viewers have come: seen, qualified by each condition, entered, won, claimed, and why others did not enter.", Do: "giveaway.read", Out: Funnel{}, Handle: s.funnel},
		{Method: "GET", Path: one + "/suspects", Tag: tag, Summary: "Who showed a sign of a program: entered sooner than people react, or entered a decoy. Nothing follows from it by itself.", Do: "block.read", Out: Suspects{}, Handle: s.suspects},
		{Method: "POST", Path: one + "/block", Tag: tag, Summary: "Put users who showed a sign on the block list of this draft, with the reason they will read. What was approved must be approved again.", Do: "block.write", In: ToBlock{}, Example: ToBlock{Sign: "decoy", Users: []string{"u-none"}}, Out: Giveaway{}, Handle: s.blockSuspects},
		{Method: "POST", Path: one + "/decoys", Tag: tag, Summary: "Lay a decoy beside it: announced in the stream as long as it runs, shown by no page, without prize and draw. Whoever enters it shows a sign.", Do: "giveaway.decoy", In: NewDecoy{}, Example: NewDecoy{"限时福袋"}, Out: Giveaway{}, Status: http.StatusAccepted, Handle: s.layDecoy},
		{Method: "DELETE", Path: one + "/decoys/{decoy}", Tag: tag, Summary: "Have the room forget a decoy and whom it caught.", Do: "giveaway.decoy", Out: Giveaway{}, Handle: s.forgetDecoy},
		{Method: "GET", Path: one + "/archive", Tag: tag, Summary: "Everything that is to be kept of one that is over, as one signed zip: plan, rules, proof, what was handed out, books, trail.", Do: "export", Media: "application/zip", Handle: s.archive},
		{Method: "PUT", Path: one, Tag: tag, Summary: "Change a draft. What was approved must be approved again.", Do: "giveaway.write", In: Draft{}, Example: exampleDraft, Out: Giveaway{}, Handle: s.editGiveaway},
		{Method: "DELETE", Path: one, Tag: tag, Summary: "Take a draft away.", Do: "giveaway.write", Out: Giveaway{}, Handle: s.removeGiveaway},
		{Method: "POST", Path: one + "/approve", Tag: tag, Summary: "Approve a draft as it stands.", Do: "giveaway.approve", Out: Giveaway{}, Handle: s.approveGiveaway},
		{Method: "POST", Path: one + "/reject", Tag: tag, Summary: "Send a draft back.", Do: "giveaway.approve", In: Reason{}, Example: Reason{"奖品价值请再核对"}, Out: Giveaway{}, Handle: s.rejectGiveaway},
		{Method: "POST", Path: "/v1/studio/approvals", Tag: tag, Summary: "Approve many; each by itself.", Do: "giveaway.approve", In: IDs{}, Example: IDs{[]string{"g-none"}}, Out: rest.List[Done]{}, Handle: s.approveMany},
		{Method: "POST", Path: one + "/schedule", Tag: tag, Summary: "Reserve stock and budget in full, and put it in line.", Do: "giveaway.run", Out: Giveaway{}, Handle: s.scheduleGiveaway},
		{Method: "POST", Path: "/v1/studio/schedules", Tag: tag, Summary: "Schedule many, as a series or copies; each by itself, with everything that is wrong with it.", Do: "giveaway.run", In: IDs{}, Example: IDs{[]string{"g-none"}}, Out: rest.List[Done]{}, Handle: s.scheduleMany},
		{Method: "POST", Path: one + "/unschedule", Tag: tag, Summary: "Make what is not yet announced a draft again.", Do: "giveaway.run", Out: Giveaway{}, Handle: s.unscheduleGiveaway},
		{Method: "POST", Path: one + "/tap", Tag: tag, Summary: "Start now what is scheduled to wait for a tap or a trigger.", Do: "giveaway.tap", Out: Giveaway{}, Handle: s.tapGiveaway},
		{Method: "POST", Path: one + "/cancel", Tag: tag, Summary: "End it: before it opens it is cancelled, after that void, for a reason of a closed list. What is announced is ended by the room, which takes between the close and the seal only what leaves no choice, and whose ledger says so.", Do: "giveaway.run", In: Ending{}, Example: Ending{record.EndGoods, "奖品缺货"}, Out: Giveaway{}, Status: http.StatusAccepted, Handle: s.cancelGiveaway},
		{Method: "POST", Path: one + "/extend", Tag: tag, Summary: "Close later, or pause: nothing else can change, and at most twice. The room judges it, and the answer shows in extensions.", Do: "giveaway.run", In: Extension{}, Example: Extension{CloseAt: 1_930_000_060_000, Reason: "网络波动"}, Out: Giveaway{}, Status: http.StatusAccepted, Handle: s.extendGiveaway},
		{Method: "POST", Path: one + "/copy", Tag: tag, Summary: "The same draft in other rooms, all or none.", Do: "giveaway.write", In: Rooms{}, Example: Rooms{[]string{"demo2"}}, Out: rest.List[Giveaway]{}, Status: http.StatusCreated, Handle: s.copyGiveaway},
		{Method: "POST", Path: "/v1/studio/stop", Tag: tag, Summary: "Stop everything that is not yet announced.", Do: "giveaway.stop", In: Stop{}, Example: Stop{"yunduo", "", Ending{record.EndShow, "直播提前结束"}}, Out: rest.List[Done]{}, Handle: s.stopAll},
		{Method: "POST", Path: "/v1/studio/series", Tag: tag, Summary: "A draft for each time of a recurrence, all or none.", Do: "giveaway.write", In: NewSeries{}, Example: exampleSeries, Out: rest.List[Giveaway]{}, Status: http.StatusCreated, Handle: s.addSeries},
		{Method: "POST", Path: "/v1/studio/series/preview", Tag: tag, Summary: "When a recurrence would happen, and which times do not exist.", Do: "giveaway.read", In: NewSeries{}, Example: exampleSeries, Out: Preview{}, Handle: s.previewSeries},
	}
}

func (s *Studio) templateRoutes() []rest.Route {
	const tag = "templates"
	example := TemplateSpec{Title: "随手福袋", Room: "demo", Draft: exampleDraft, Envelope: Envelope{Fen: 500_000, Uses: 20}}
	return []rest.Route{
		{Method: "GET", Path: "/v1/studio/templates", Tag: tag, Summary: "The templates of a shop.", Do: "giveaway.read", Query: []rest.Param{shopParam}, Out: rest.List[Template]{}, Handle: s.listTemplates},
		{Method: "POST", Path: "/v1/studio/templates", Tag: tag, Summary: "Write a template.", Do: "template.write", In: TemplateSpec{}, Example: example, Out: Template{}, Status: http.StatusCreated, Handle: s.addTemplate},
		{Method: "PUT", Path: "/v1/studio/templates/{id}", Tag: tag, Summary: "Change a template; it must be approved again.", Do: "template.write", In: TemplateSpec{}, Example: example, Out: Template{}, Handle: s.changeTemplate},
		{Method: "POST", Path: "/v1/studio/templates/{id}/approve", Tag: tag, Summary: "Approve a template and its envelope.", Do: "template.approve", Out: Template{}, Handle: s.approveTemplate},
		{Method: "POST", Path: "/v1/studio/templates/{id}/start", Tag: tag, Summary: "Hold a giveaway of it now.", Do: "giveaway.tap", In: Start{}, Example: Start{"demo"}, Out: Giveaway{}, Status: http.StatusCreated, Handle: s.startTemplate},
	}
}

func (s *Studio) recordRoutes() []rest.Route {
	const tag = "records"
	return []rest.Route{
		{Method: "GET", Path: "/v1/studio/ledger", Tag: tag, Summary: "The books: every posting, newest first.", Do: "ledger.read", Query: []rest.Param{shopParam, {Name: "event", Type: "string", Doc: "Of this giveaway."}, {Name: "account", Type: "string", Doc: "To or from this account."}, mostParam, afterParam}, Out: rest.List[Posting]{}, Handle: s.postings},
		{Method: "GET", Path: "/v1/studio/audit", Tag: tag, Summary: "Who did what, newest first.", Do: "audit.read", Query: []rest.Param{shopParam, {Name: "id", Type: "string", Doc: "About this thing."}, mostParam, afterParam}, Out: rest.List[Act]{}, Handle: s.trail},
		{Method: "GET", Path: "/v1/studio/audit/check", Tag: tag, Summary: "Compute the trail's hashes again.", Do: "audit.read", Query: []rest.Param{shopParam}, Out: Trail{}, Handle: s.checkTrail},
		{Method: "GET", Path: "/v1/studio/openings/{room}/{event}", Tag: tag, Summary: "Who the entrants of the sample of a spot audit are (drawproof, R46 to R56), with the event key: confidential. Each reading stands in the trail; 410 once they are destroyed.", Do: "openings.read", Media: "application/json", Handle: s.openings},
		{Method: "DELETE", Path: "/v1/studio/openings/{room}/{event}", Tag: tag, Summary: "Destroy the openings before their years are over. The public proof stays valid.", Do: "openings.destroy", Out: map[string]int{}, Handle: s.destroyOpenings},
		{Method: "GET", Path: "/v1/rules/{event}", Tag: "public", Summary: "The public rules (活动规则) of an announced giveaway.", Do: rest.Public, Media: "text/html; charset=utf-8", Handle: s.rulesOf},
		{Method: "GET", Path: "/v1/rules/{event}/plan", Tag: "public", Summary: "Its plan as it is hashed.", Do: rest.Public, Media: "application/json", Handle: s.planOf},
	}
}
