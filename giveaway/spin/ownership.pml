/* Who owns a partition, and when a decision counts (room/record.Fence,
 * room/shard). One ledger, two processes that each believe at times that they
 * should own it, appends that arrive late, twice or never, and one prize.
 *
 * An owner decides by appending and acts when it has read its record back and
 * found it accepted. Readers accept a decision only of the pair (epoch, owner)
 * that the last accepted Own names, and each seq once.
 *
 *   FENCE=0     readers accept the decisions of anybody
 *   READBACK=0  an owner acts when it has appended
 *   SEQ=0       a record that arrives twice counts twice
 * With each of these the checker must find a violation. */
#ifndef FENCE
#define FENCE 1
#endif
#ifndef READBACK
#define READBACK 1
#endif
#ifndef SEQ
#define SEQ 1
#endif

#define LEN 5    /* records of the ledger */
#define OWN 1
#define GRANT 2

typedef rec { byte kind; byte epoch; byte owner; byte seq };
rec ledger[LEN];
byte end;

/* What is under way to the ledger. */
chan flight = [2] of { byte, byte, byte, byte };

/* The truth: what a reader of everything accepts. */
byte epoch_, owner_, seq_, granted, winner;

inline fold(k_, e_, o_, s_, fe_, fo_, fs_, ok_) {
	ok_ = 0;
	if
	:: k_ == OWN && e_ > fe_ -> fe_ = e_; fo_ = o_; fs_ = 0
	:: k_ == GRANT && (!FENCE || (e_ == fe_ && o_ == fo_)) && (!SEQ || !FENCE || s_ > fs_) -> fs_ = s_; ok_ = 1
	:: else
	fi
}

/* The log takes records in any order, loses some and doubles some. */
proctype Log() {
	byte k, e, o, s; bool ok;
end_log:
	do
	:: atomic { flight ? k, e, o, s ->
		do
		:: end < LEN ->
			ledger[end].kind = k; ledger[end].epoch = e; ledger[end].owner = o; ledger[end].seq = s;
			end++;
			fold(k, e, o, s, epoch_, owner_, seq_, ok);
			if
			:: ok -> granted++; winner = o; assert(granted <= 1)
			:: else
			fi
		:: break /* at once: lost */
		od;
		k = 0; e = 0; o = 0; s = 0; ok = 0 }
	:: atomic { len(flight) > 1 -> flight ? k, e, o, s; flight ! k, e, o, s; k = 0; e = 0; o = 0; s = 0 }
	od
}

/* tell is what cannot be taken back: a viewer reads "you won". */
inline tell(me) { assert(granted == 1 && winner == me) }

proctype Owner(byte me) {
	byte at, fe, fo, fs;   /* what is folded, and the fence as of there */
	byte mine;             /* the epoch claimed; 0: none */
	bool waits, given, ok; /* a decision is under way; the prize is gone */
end_owner:
	do
	:: atomic { at < end ->
		fold(ledger[at].kind, ledger[at].epoch, ledger[at].owner, ledger[at].seq, fe, fo, fs, ok);
		if
		:: ok -> given = 1;
			if
			:: waits && ledger[at].owner == me && ledger[at].epoch == mine -> waits = 0; if :: READBACK -> tell(me) :: else fi
			:: else
			fi
		:: else
		fi;
		ok = 0; at++;
		if /* somebody else took over: what I sent no longer matters */
		:: mine != 0 && (fe > mine || (fe == mine && fo != me)) -> mine = 0; waits = 0
		:: else
		fi }
	/* A claim, for a good reason or not, of whatever epoch seems to be next. */
	:: atomic { mine == 0 && nfull(flight) -> mine = fe + 1; flight ! OWN, mine, me, 0 }
	/* The owner decides, having folded everything up to its own claim. */
	:: atomic { mine != 0 && fe == mine && fo == me && !given && !waits && nfull(flight) ->
		waits = 1; flight ! GRANT, mine, me, 1;
		if :: READBACK -> skip :: else -> tell(me) fi }
	/* No answer came: the same record again. */
	:: atomic { waits && nfull(flight) -> flight ! GRANT, mine, me, 1 }
	:: break /* dies */
	od
}

init { atomic { run Log(); run Owner(1); run Owner(2) } }
