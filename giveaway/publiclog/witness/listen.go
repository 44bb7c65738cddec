package witness

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/fudai-live/fudai/giveaway/drawproof"
)

const (
	indexed   = 1000 // lists that the index names, the newest
	readers   = 64   // that are answered at once; more are told to come again
	writeTime = 5 * time.Minute
)

// Handler gives what is held to anybody:
//
//	GET /sealed           which lists, the newest first
//	GET /sealed/<close>   one of them (drawproof.Sealing)
func (h *Holds) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sealed", h.index)
	mux.HandleFunc("GET /sealed/{close}", h.list)
	slots := make(chan struct{}, readers)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
			mux.ServeHTTP(w, r)
		default:
			w.Header().Set("Retry-After", "5")
			http.Error(w, "too many at once: try again", http.StatusServiceUnavailable)
		}
	})
}

func (h *Holds) index(w http.ResponseWriter, _ *http.Request) {
	newest, all, bytes := h.Newest(indexed)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-cache")
	json.NewEncoder(w).Encode(map[string]any{"held": newest, "all": all, "bytes": bytes})
}

func (h *Holds) list(w http.ResponseWriter, r *http.Request) {
	close, err := drawproof.ParseHash(r.PathValue("close"))
	held, there := h.Find(close)
	if err != nil || !there {
		http.Error(w, "no such list is held", http.StatusNotFound)
		return
	}
	f, err := os.Open(h.Path(close))
	if err != nil {
		http.Error(w, "the list cannot be read at this moment", http.StatusInternalServerError)
		return
	}
	defer f.Close()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="`+close.String()+`.json"`)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(w, r, "", time.Unix(held.Time, 0), f)
}

// serve answers until ctx is done.
func (h *Holds) serve(ctx context.Context, l net.Listener) error {
	s := &http.Server{Handler: h.Handler(), ReadHeaderTimeout: 5 * time.Second, WriteTimeout: writeTime, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
	stop := context.AfterFunc(ctx, func() { s.Close() })
	defer stop()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
