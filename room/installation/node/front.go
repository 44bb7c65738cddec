package node

import (
	"context"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/app/server"
	"github.com/cloudwego/hertz/pkg/common/adaptor"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/fudai-live/fudai/broadcast"
	"github.com/fudai-live/fudai/broadcast/demo"
	"github.com/fudai-live/fudai/broadcast/prefork"
	"github.com/fudai-live/fudai/room/history"
	"github.com/fudai-live/fudai/web"
)

// front is the address of viewers and, by default, of staff.
func (n *node) front(ctx context.Context) error {
	look := n.Pages.Config()
	look.Connect = append(look.Connect, n.Edge.OtherEdges...)
	pages, err := web.New(look)
	if err != nil {
		return err
	}
	if !n.is("edge") {
		return n.staff(ctx, n.Edge.Listen, pages)
	}
	if n.StaffListen != "" {
		n.goes(func() error { return n.staff(ctx, n.StaffListen, pages) })
	}
	routes := []func(*server.Hertz){n.health}
	if n.StaffListen == "" {
		routes = append(routes, n.staffRoutes)
	} else {
		routes = append(routes, n.viewersRoutes)
	}
	if n.Edge.Processes > 1 {
		n.fork, err = prefork.New(prefork.Config{Processes: n.Edge.Processes, Listen: n.Edge.Listen, Log: n.kafka, Tailer: n.kafka.NewTailer(),
			Routes: routes, Fallback: pages, Drain: n.Edge.Drain, Ready: n.announce, Logger: n.log, Registerer: n.reg})
		if err != nil {
			return err
		}
		return n.fork.Run(ctx)
	}
	cfg := n.Edge.Config()
	cfg.Log, cfg.Tailer, cfg.Keys, cfg.Logger, cfg.Registerer = n.kafka, n.kafka.NewTailer(), n.keys, n.log, n.reg
	cfg.Ready, cfg.Routes, cfg.Fallback = n.announce, routes, pages
	return broadcast.Run(ctx, cfg)
}

// staff serves health, desk and studio with their pages on an address of their
// own. What a page asks of an edge is not there: the desk's comments come by a
// proxy that has both behind one address (deploy/haproxy.cfg).
func (n *node) staff(ctx context.Context, address string, pages *web.Pages) error {
	h := server.New(server.WithHostPorts(address), server.WithExitWaitTime(n.Edge.Drain), server.WithDisablePrintRoute(true))
	n.health(h)
	n.staffRoutes(h)
	if n.people != nil {
		h.GET("/", func(_ context.Context, c *app.RequestContext) { c.Redirect(302, []byte("/login")) })
		h.NoRoute(adaptor.HertzHandler(pages))
	}
	failed := make(chan error, 1)
	go func() { failed <- h.Run() }()
	if !n.is("edge") { // else it is ready when viewers may come
		n.ready.Store(true)
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return h.Shutdown(context.WithoutCancel(ctx))
	}
}

func (n *node) staffRoutes(h *server.Hertz) {
	if n.people != nil {
		n.people.Mount(h)
	}
	if n.desk != nil {
		n.desk.Mount(h)
		(&history.API{Store: n.store, Tokens: n.people, Logger: n.log}).Mount(h)
	}
	if n.studio != nil {
		n.studio.Mount(h, n.prizes.Routes()...)
	}
}

// viewersRoutes are what viewers ask of desk and studio where staff have an
// address of their own: what they won and said, and the proofs of draws.
func (n *node) viewersRoutes(h *server.Hertz) {
	if n.desk != nil {
		n.desk.MountViewers(h)
		(&history.API{Store: n.store, Tokens: n.people, Logger: n.log}).MountViewers(h)
	}
	if n.studio != nil {
		n.studio.API(n.prizes.Routes()...).MountViewers(h)
	}
}

// health answers whether the process lives and whether it is ready, its
// metrics, and what a page must know before it connects.
func (n *node) health(h *server.Hertz) {
	h.GET("/healthz", func(_ context.Context, c *app.RequestContext) { c.String(200, "ok\n") })
	h.GET("/readyz", func(_ context.Context, c *app.RequestContext) {
		if !n.ready.Load() {
			c.String(503, "not ready\n")
			return
		}
		c.String(200, "ready\n")
	})
	measured := prometheus.Gatherers{n.reg}
	if n.fork != nil {
		measured = append(measured, n.fork)
	}
	h.GET("/metrics", adaptor.HertzHandler(promhttp.HandlerFor(measured, promhttp.HandlerOpts{})))
	h.GET("/v1/config", func(_ context.Context, c *app.RequestContext) {
		c.JSON(200, map[string]any{"demo": n.Demo == "yes", "room": "demo", "guests": n.Edge.Guests, "version": n.version})
	})
	if n.shard != nil {
		n.shard.Mount(h)
	}
	if n.public != nil {
		n.public.Mount(h)
	}
	if n.Demo == "yes" {
		demo.Mount(h, n.tokens)
	}
}
