package web

import (
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// clientAddress is the address that a request came from. What X-Forwarded-For says
// is believed from its right end on, as far as each hop was written down by a
// trusted proxy: everything to the left of that, the client may have made up.
func (s *Server) clientAddress(c *fiber.Ctx) string {
	at, ok := netip.AddrFromSlice(c.Context().RemoteIP())
	if !ok {
		return ""
	}
	at = at.Unmap()
	if !s.trusts(at) {
		return at.String()
	}
	var hops []string
	for _, line := range c.Request().Header.PeekAll(fiber.HeaderXForwardedFor) {
		hops = append(hops, strings.Split(string(line), ",")...)
	}
	for i := len(hops) - 1; i >= 0 && s.trusts(at); i-- {
		next, ok := parseHop(hops[i])
		if !ok {
			break // the hop before it cannot be known: judge by the proxy that wrote this
		}
		at = next
	}
	return at.String()
}

// parseHop reads one entry: an address, perhaps with a port.
func parseHop(hop string) (netip.Addr, bool) {
	hop = strings.TrimSpace(hop)
	if at, err := netip.ParseAddr(strings.Trim(hop, "[]")); err == nil {
		return at.Unmap().WithZone(""), true
	}
	if at, err := netip.ParseAddrPort(hop); err == nil {
		return at.Addr().Unmap().WithZone(""), true
	}
	return netip.Addr{}, false
}

func (s *Server) trusts(at netip.Addr) bool {
	for _, p := range s.opt.TrustedProxies {
		if p.Contains(at) {
			return true
		}
	}
	return false
}
