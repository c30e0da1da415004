package e2e

import (
	"bytes"
	"cmp"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

var screenshots = flag.String("screenshots", "", "folder to write the pictures of the main pages into")

// biggestPicture keeps a clone of the repository small.
const biggestPicture = 150 << 10

// The pictures of the README can be taken anew at any time (make screenshots).
func TestScreenshots(t *testing.T) {
	t.Run("queue", func(t *testing.T) {
		b := newTab(t, look{account: "caseworker", language: "en"})
		b.see("/queue")
		b.picture("queue")
	})
	t.Run("case", func(t *testing.T) {
		b := newTab(t, look{account: "supervisor", language: "en"})
		b.see("/cases/" + example(t, "investigation"))
		b.picture("case")
	})
	t.Run("notify", func(t *testing.T) {
		b := newTab(t, look{account: "dpo", language: "en"})
		b.see("/notify")
		b.take("main form[action='/notify'] button")
		b.set("[name='controller.unit_id']", b.value("[name='controller.unit_id'] option:nth-of-type(2)"))
		b.fill("[name='controller.contact.phone']", "+46 10 000 00 01")
		b.next("/reporter")
		b.choose("reporter.function", "AUTHORISED_OTHER")
		b.next("/when")
		b.set("[name='aware_at']", time.Now().Add(-5*time.Hour).In(stockholm(t)).Format("2006-01-02T15:04"))
		b.await(`!!document.querySelector("#clock:not([hidden]) strong")?.textContent`)
		b.picture("notify")
		b.take("#form button[value='review']") // what is typed is kept, so that nothing is asked on leaving
	})
}

// picture takes what a wide screen shows of the page, and writes it where asked to.
func (b *tab) picture(name string) {
	b.t.Helper()
	eval[chromedp.Void](b, `document.activeElement.blur(), scrollTo(0, 0)`)
	ctx, cancel := b.within()
	defer cancel()
	raw, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	b.must(err)
	seen, err := png.Decode(bytes.NewReader(raw))
	b.must(err)
	if size := seen.Bounds().Size(); size.X != 1440 || size.Y != 1000 {
		b.t.Errorf("the picture of %s measures %v", name, size)
	}
	var small bytes.Buffer
	b.must((&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, frugal(seen)))
	if small.Len() > biggestPicture {
		b.t.Errorf("the picture of %s has %d bytes, more than %d", name, small.Len(), biggestPicture)
	}
	if *screenshots == "" {
		return
	}
	b.must(os.MkdirAll(*screenshots, 0o755))
	b.must(os.WriteFile(filepath.Join(*screenshots, name+".png"), small.Bytes(), 0o644))
}

// frugal paints a picture with the 256 colours that it uses most: the rest are
// shades on the edges of letters.
func frugal(from image.Image) image.Image {
	uses := map[color.Color]int{}
	bounds := from.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			uses[from.At(x, y)]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(uses), func(a, b color.Color) int { return cmp.Compare(uses[b], uses[a]) })
	to := image.NewPaletted(bounds, color.Palette(colours[:min(256, len(colours))]))
	draw.Draw(to, bounds, from, bounds.Min, draw.Src)
	return to
}
