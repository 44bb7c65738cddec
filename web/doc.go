// Package web is the browser side of Fudai, built: the viewer page, desk and
// studio, the overlay, the check of a draw, the door for staff. It embeds
// web/dist and serves it with the headers that keep other people's names and
// comments from ever becoming code.
//
// The sources beside it are TypeScript: sdk (the client library), viewer,
// words (every text in Chinese and English), e2e. `npm run build` writes dist,
// which is committed, so that the Go build needs no Node.
//
// It knows nothing of rooms: every path under /r/ is the same page.
package web
