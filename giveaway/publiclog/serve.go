package publiclog

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/protocol/consts"
	"github.com/cloudwego/hertz/pkg/route"
	"golang.org/x/mod/sumdb/tlog"
)

// Prefix is where a log stands on its address.
const Prefix = "/v1/log"

// tileHeight is that of C2SP tlog-tiles.
const tileHeight = 8

// Mount adds the routes, which anybody may ask, a page of any origin too, and
// any cache may keep:
//
//	GET  /v1/log/key                       the key, as witnesses are told it
//	GET  /v1/log/checkpoint                the newest head, signed and cosigned
//	GET  /v1/log/tile/<level>/<n>[.p/<w>]  hashes
//	GET  /v1/log/tile/entries/<n>[.p/<w>]  entries, each behind its length
//	POST /v1/log/cosignatures              a checkpoint with a witness's line
//	GET  /v1/log/sealed/<close hash>       what a close record seals, from the seal on
//	POST /v1/log/mirrored                  a mirror's word that it holds that
func (l *Log) Mount(r route.IRoutes) {
	r.GET(Prefix+"/key", anyOrigin, func(_ context.Context, c *app.RequestContext) {
		c.Data(consts.StatusOK, "text/plain; charset=utf-8", []byte(l.key.String()+"\n"))
	})
	r.GET(Prefix+"/checkpoint", anyOrigin, l.serveCheckpoint)
	r.GET(Prefix+"/tile/*path", anyOrigin, l.serveTile)
	r.POST(Prefix+"/cosignatures", func(ctx context.Context, c *app.RequestContext) {
		if err := l.Take(ctx, c.Request.Body()); err != nil {
			c.JSON(consts.StatusBadRequest, map[string]string{"code": "malformed", "message": err.Error()})
			return
		}
		c.Status(consts.StatusNoContent)
	})
	r.GET(Prefix+"/sealed/:close", anyOrigin, l.serveSealed)
	r.POST(Prefix+"/mirrored", func(ctx context.Context, c *app.RequestContext) {
		if err := l.TakeWord(ctx, c.Request.Body()); err != nil {
			c.JSON(consts.StatusBadRequest, map[string]string{"code": "malformed", "message": err.Error()})
			return
		}
		c.Status(consts.StatusNoContent)
	})
}

// anyOrigin lets a checker's page on another address read the answer: it is
// public, and asks for nobody's credentials.
func anyOrigin(_ context.Context, c *app.RequestContext) {
	c.Header("Access-Control-Allow-Origin", "*")
}

func (l *Log) serveCheckpoint(ctx context.Context, c *app.RequestContext) {
	raw, err := l.Checkpoint(ctx)
	if err != nil {
		l.cfg.Logger.Error("the public log has no checkpoint", "err", err)
		c.String(consts.StatusServiceUnavailable, "no checkpoint at this moment: try again\n")
		return
	}
	c.Header("Cache-Control", "public, max-age=1")
	c.Data(consts.StatusOK, "text/plain; charset=utf-8", raw)
}

// Checkpoint is the newest head as a signed note, with the cosignatures on it.
func (l *Log) Checkpoint(ctx context.Context) ([]byte, error) {
	if err := errors.Join(l.refresh(ctx), l.readHead(ctx)); err != nil {
		return nil, err
	}
	size := l.newest().size
	text, err := l.note(size)
	if err != nil {
		return nil, err
	}
	all, err := l.cosignatures(ctx, size)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		for _, w := range l.cfg.Witnesses {
			if w.name == s.Name {
				text += SignatureLine(w, append(binary.BigEndian.AppendUint64(nil, uint64(s.Time)), s.Signature...))
			}
		}
	}
	return []byte(text), nil
}

// parseTile reads the path of a tile as C2SP writes it: "0/x001/234",
// "entries/000.p/17".
func parseTile(path string) (tlog.Tile, error) {
	level, rest, _ := strings.Cut(path, "/")
	switch level {
	case "entries":
		level = "data"
	case "data": // the library's own name of them
		return tlog.Tile{}, fmt.Errorf("tile %.80q is of no level", path)
	}
	return tlog.ParseTilePath(fmt.Sprintf("tile/%d/%s/%s", tileHeight, level, rest))
}

// TilePath is the path of a tile below "tile/".
func TilePath(t tlog.Tile) string {
	level, rest, _ := strings.Cut(strings.TrimPrefix(t.Path(), fmt.Sprintf("tile/%d/", t.H)), "/")
	if level == "data" {
		level = "entries"
	}
	return level + "/" + rest
}

func (l *Log) serveTile(ctx context.Context, c *app.RequestContext) {
	t, err := parseTile(strings.TrimPrefix(c.Param("path"), "/"))
	if err == nil && l.covers(t) != nil { // another process may have published it
		if err = errors.Join(l.refresh(ctx), l.readHead(ctx)); err == nil {
			err = l.covers(t)
		}
	}
	if err != nil {
		c.String(consts.StatusNotFound, "no such tile\n")
		return
	}
	raw, err := l.tile(t)
	if err != nil {
		l.cfg.Logger.Error("a tile of the public log cannot be made", "tile", t.Path(), "err", err)
		c.String(consts.StatusInternalServerError, "this tile cannot be made\n")
		return
	}
	c.Header("Cache-Control", "public, max-age=31536000, immutable")
	c.Data(consts.StatusOK, "application/octet-stream", raw)
}

// covers fails where the newest head does not reach as far as a tile.
func (l *Log) covers(t tlog.Tile) error {
	size := l.newest().size >> (tileHeight * max(t.L, 0))
	if t.L > 7 || t.N > size || t.N<<tileHeight+int64(t.W) > size {
		return fmt.Errorf("tile %s is not published", t.Path())
	}
	return nil
}

func (l *Log) tile(t tlog.Tile) ([]byte, error) {
	l.tree.mu.RLock()
	defer l.tree.mu.RUnlock()
	if t.L >= 0 {
		return tlog.ReadTileData(t, tlog.HashReaderFunc(l.tree.read))
	}
	var out []byte
	for _, leaf := range l.tree.leaves[t.N<<tileHeight:][:t.W] {
		out = binary.BigEndian.AppendUint16(out, uint16(len(leaf)))
		out = append(out, leaf...)
	}
	return out, nil
}
