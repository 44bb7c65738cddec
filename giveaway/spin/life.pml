/* The life of one giveaway: open, close, seal, draw, grant, claim. Comments and
 * ledger are two logs; two owners, each of which may be the zombie of the other,
 * fold and decide at their own pace with no fence at all between them
 * (ownership.pml has that), so what holds here holds whoever owns. One prize, one
 * alternate, two viewers, and a shop that reads the ledger over and over.
 *
 * The close is the first marker in the comments. The seal is the first in the
 * ledger, the round is published only after it, and the winner follows from
 * both. A unit's state changes by the first record that fits it. The shop hands
 * over once a grant.
 *
 *   MARKER=0  each owner closes by its own clock
 *   LATE=0    entries behind the marker count until the seal is read
 *   IDEM=0    the shop hands over whenever it reads a claim
 *   FITS=0    a step counts although the unit is no longer the rank's
 * With each of these the checker must find a violation. */
#ifndef MARKER
#define MARKER 1
#endif
#ifndef LATE
#define LATE 1
#endif
#ifndef IDEM
#define IDEM 1
#endif
#ifndef FITS
#define FITS 1
#endif

#define CLEN 3 /* comments: users 1 and 2 enter, CLOSE */
#define LLEN 5 /* ledger */
#define CLOSE 9

#define SEAL 1    /* a: who is in, as bits of users */
#define DRAW 2    /* a: who wins */
#define CLAIMED 3 /* a: the rank, 1 or 2 */
#define EXPIRED 4

byte comment[CLEN]; byte cend;
byte kind[LLEN]; byte arg[LLEN]; byte lend;
byte sigma;     /* 0: the round is not out */
byte receipts;  /* who was told "entered", bits */
byte sealed;    /* who is in by the seal that counts, plus 4; 0: none */
byte handed[3]; /* by user */

/* The first of a list of at most two by the signature: what k-smallest does. */
#define rank1(list) ((list) == 3 -> sigma : (list))
#define rank2(list) ((list) == 3 -> 3 - sigma : 0)

proctype Viewers() {
	do
	:: atomic { cend < CLEN -> if :: comment[cend] = 1 :: comment[cend] = 2 fi; cend++ }
	:: break
	od
}

/* The beacon publishes its round after the seal: the plan says which, and a seal
 * that is late takes a later one. */
proctype Beacon() {
end_beacon:
	atomic { sealed != 0 -> if :: sigma = 1 :: sigma = 2 fi }
}

/* The shop reads each record when it is there, and now and then dies and reads
 * the ledger from its start again. */
byte entrants, turn, user; /* the list, the rank that holds the unit */
bool gone;

inline shop(k_, a_) {
	if
	:: k_ == SEAL && entrants == 0 -> entrants = a_ + 4
	:: k_ == DRAW && turn == 0 -> turn = 1
	:: k_ == CLAIMED && entrants != 0 && (!FITS || (a_ == turn && !gone)) ->
		gone = 1;
		if
		:: a_ == 1 -> user = rank1(entrants - 4)
		:: else -> user = rank2(entrants - 4)
		fi;
		handed[user]++;
		if
		:: !IDEM -> handed[user]++ /* the same claim, read again */
		:: else
		fi;
		user = 0;
		assert(handed[1] + handed[2] <= 1)
	:: k_ == EXPIRED && (!FITS || a_ == turn) && !gone -> turn++
	:: else
	fi
}

inline append(k, a) { kind[lend] = k; arg[lend] = a; lend++; shop(k, a) }

proctype Owner() {
	byte c, l, list, seal, winner, rank;
	bool over, done, waits;
end_owner:
	do
	/* Comments: who is in, and the receipt for it. */
	:: atomic { c < cend && (!over || (!LATE && seal == 0)) ->
		if
		:: comment[c] == CLOSE -> over = 1
		:: else -> list = list | comment[c]; receipts = receipts | comment[c]
		fi; c++ }
	/* The close, when its time has come by this owner's clock. */
	:: atomic { MARKER && !over && cend < CLEN -> comment[cend] = CLOSE; cend++ }
	:: atomic { !MARKER && !over -> over = 1 }
	/* The ledger as read back. */
	:: atomic { l < lend ->
		if
		:: kind[l] == SEAL && seal == 0 -> seal = arg[l] + 4; assert(arg[l] == list || !over || c < cend)
		:: kind[l] == DRAW && rank == 0 -> assert(seal != 0 && arg[l] == rank1(seal - 4)); rank = 1
		:: kind[l] == CLAIMED && (!FITS || arg[l] == rank) && !done -> done = 1
		:: kind[l] == EXPIRED && (!FITS || arg[l] == rank) && !done -> rank = rank + 1; if :: rank > 2 -> done = 1 :: else fi
		:: else
		fi; l++; if :: l == lend -> waits = 0 :: else fi }
	/* What is due, by what this owner has read: one append at a time. */
	:: atomic { over && seal == 0 && !waits && lend < LLEN -> waits = 1; append(SEAL, list);
		if
		:: sealed == 0 -> sealed = list + 4; assert((receipts & (3 - list)) == 0)
		:: else
		fi }
	:: atomic { seal != 0 && rank == 0 && sigma != 0 && seal != 4 && !waits && lend < LLEN -> waits = 1; winner = rank1(seal - 4); append(DRAW, winner) }
	:: atomic { rank != 0 && !done && !waits && lend < LLEN -> waits = 1; append(CLAIMED, rank) }
	:: atomic { rank != 0 && !done && !waits && lend < LLEN -> waits = 1; append(EXPIRED, rank) }
	:: break /* dies */
	od
}

init { atomic { run Viewers(); run Beacon(); run Owner(); run Owner() } }
