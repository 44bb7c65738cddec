/*
 * Floor is the smallest program that sends one frame to many sockets: no
 * protocol, no reading, no bookkeeping, one send(2) a socket. What it costs is
 * what the kernel charges; nothing that serves viewers by send(2) costs less.
 *
 *   floor PORT FRAME EVERY_MS SEQ_AT STAMP_AT PROCESSES
 *
 * FRAME is a file with the frame, WebSocket header included. At SEQ_AT it has
 * twelve digits and at STAMP_AT twelve digits in base 36, which every broadcast
 * overwrites with its number and the time, so that a viewer can tell how late it
 * is. Lines on standard input: "go" begins, "stop" ends and answers
 * "writes skipped broadcasts connections".
 *
 * A process may open 20,000 files; more of them accept from one queue, as the
 * edge's do, and each sends to its own.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/prctl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

enum { most = 19000, processes = 64 };

static int fds[most], n;

static long long now(void) {
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void digits(char *at, long long v, int base) {
	for (int i = 11; i >= 0; i--, v /= base)
		at[i] = "0123456789abcdefghijklmnopqrstuvwxyz"[v % base];
}

static void take(int listener) {
	int fd, one = 1, buffer = 32 << 10;
	while (n < most && (fd = accept4(listener, 0, 0, SOCK_NONBLOCK)) >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
		fds[n++] = fd;
	}
}

/* share starts the others, whose standard input and output are a socket; it
 * passes lines on to them and adds up what they answer. It answers 1 in them. */
static int share(int of) {
	static char line[64];
	int to[processes];
	for (int i = 0; i < of; i++) {
		int s[2];
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, s))
			return perror("socketpair"), 0;
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			dup2(s[1], 0), dup2(s[1], 1);
			return 1;
		}
		close(s[1]);
		to[i] = s[0];
	}
	for (int got; (got = read(0, line, sizeof line)) > 0;) {
		long long sum[4] = {0}, v[4];
		for (int i = 0; i < of; i++)
			if (write(to[i], line, got) != got)
				return 0;
		if (line[0] == 'g')
			continue;
		for (int i = 0; i < of; i++) {
			char answer[128];
			int len = read(to[i], answer, sizeof answer - 1);
			answer[len > 0 ? len : 0] = 0;
			if (sscanf(answer, "%lld %lld %lld %lld", v, v + 1, v + 2, v + 3) != 4)
				return 0;
			for (int k = 0; k < 4; k++)
				sum[k] += v[k];
		}
		printf("%lld %lld %lld %lld\n", sum[0], sum[1], sum[2] / of, sum[3]);
		fflush(stdout);
	}
	return 0;
}

int main(int argc, char **argv) {
	static char frame[1 << 20], line[64];
	if (argc != 7)
		return 2;
	FILE *f = fopen(argv[2], "r");
	if (!f)
		return perror(argv[2]), 1;
	size_t size = fread(frame, 1, sizeof frame, f);
	long long every = atoll(argv[3]) * 1000000LL, next = 0;
	int seq_at = atoi(argv[4]), stamp_at = atoi(argv[5]), going = 0, one = 1;
	long long seq = 0, writes = 0, skipped = 0, broadcasts = 0;

	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(listener, (void *)&a, sizeof a) || listen(listener, 4096))
		return perror("listen"), 1;
	int of = atoi(argv[6]);
	if (of > 1 && of <= processes && !share(of))
		return 0;
	for (;;) {
		struct pollfd p[2] = {{0, POLLIN, 0}, {n < most ? listener : -1, POLLIN, 0}};
		int wait = -1;
		if (going)
			wait = (next - now()) / 1000000 + 1;
		poll(p, 2, going && wait < 0 ? 0 : wait);
		if (p[1].revents)
			take(listener);
		if (p[0].revents) {
			int got = read(0, line, sizeof line - 1);
			if (got <= 0)
				return 0;
			going = line[0] == 'g';
			if (going) {
				next = now();
				writes = skipped = broadcasts = 0;
			} else {
				printf("%lld %lld %lld %d\n", writes, skipped, broadcasts, n);
				fflush(stdout);
			}
		}
		if (!going || now() < next)
			continue;
		next += every;
		if (next < now())
			next = now(); /* late: never two in a row */
		digits(frame + seq_at, ++seq, 10);
		digits(frame + stamp_at, now(), 36);
		for (int i = 0; i < n; i++) {
			if (send(fds[i], frame, size, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)size)
				writes++;
			else
				skipped++;
		}
		broadcasts++;
	}
}
