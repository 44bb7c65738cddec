package witness

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/fudai-live/fudai/giveaway/drawproof"
	"github.com/fudai-live/fudai/giveaway/publiclog"
)

// Remote is a log at an address.
type Remote struct {
	URL    string // without a slash at the end
	Client *http.Client
	Long   *http.Client // for lists, which may be long; nil: Client
}

// tileBytes bounds an answer: a whole tile has 8 KiB of hashes.
const tileBytes = 64 << 10

func (r *Remote) get(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL+"/"+path, nil)
	if err != nil {
		return nil, err
	}
	return do(r.Client, req, tileBytes)
}

// do answers at most so many bytes.
func do(client *http.Client, req *http.Request, most int64) ([]byte, error) {
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err == nil && resp.StatusCode/100 != 2 {
		err = fmt.Errorf("%s answers %d: %.200s", req.URL, resp.StatusCode, body)
	}
	return body, err
}

// Checkpoint asks for the newest head.
func (r *Remote) Checkpoint(ctx context.Context) ([]byte, error) { return r.get(ctx, "checkpoint") }

// Send hands our cosignature in.
func (r *Remote) Send(ctx context.Context, cosigned []byte) error {
	return r.post(ctx, "cosignatures", cosigned)
}

// SendWord hands our word in that a list is held.
func (r *Remote) SendWord(ctx context.Context, word []byte) error {
	return r.post(ctx, "mirrored", word)
}

func (r *Remote) post(ctx context.Context, path string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL+"/"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	_, err = do(r.Client, req, tileBytes)
	return err
}

// Sealed asks for what a close record seals.
func (r *Remote) Sealed(ctx context.Context, close drawproof.Hash) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL+"/sealed/"+close.String(), nil)
	if err != nil {
		return nil, err
	}
	return do(cmp.Or(r.Long, r.Client), req, drawproof.MaxSealing+1)
}

// Height is that of C2SP tlog-tiles (tlog.TileReader).
func (r *Remote) Height() int { return 8 }

// ReadTiles asks for hashes (tlog.TileReader).
func (r *Remote) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	all := make([][]byte, len(tiles))
	for i, t := range tiles {
		var err error
		if all[i], err = r.get(ctx, "tile/"+publiclog.TilePath(t)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// SaveTiles keeps nothing: a log is read a few times a day (tlog.TileReader).
func (r *Remote) SaveTiles([]tlog.Tile, [][]byte) {}

// trim gives the address without its last slash.
func trim(url string) string { return strings.TrimSuffix(url, "/") }
