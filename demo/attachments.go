package demo

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"
	"time"

	"golang.org/x/text/encoding/charmap"

	"github.com/vaka-project/vaka/cases"
)

// attach adds a file to the case; submission is the version that it comes with. One
// file is added at a time: an upload that another act left at its own instant, months
// earlier, would look as if it were given up.
func (m *matter) attach(at time.Time, by cases.Actor, name string, content []byte, submission int) {
	m.add(at, by, func(ctx context.Context, d deed) (*cases.Case, error) {
		d.uploads.Lock()
		defer d.uploads.Unlock()
		c, _, err := d.service.Attach(ctx, d.by, d.c.ID, cases.NewFile{Key: d.command.ID, Name: name, Content: content, Submission: submission})
		return c, err
	})
}

// page is a PDF of one page with a heading and lines of text below it: what the
// demo's letters and reports look like. The same words make the same bytes.
func page(heading string, lines ...string) []byte {
	var text strings.Builder
	fmt.Fprintf(&text, "BT /F1 16 Tf 72 770 Td 18 TL (%s) Tj /F1 11 Tf T* T*\n", escaped(heading))
	for _, line := range lines {
		fmt.Fprintf(&text, "(%s) Tj T*\n", escaped(line))
	}
	text.WriteString("ET")
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R /Lang (sv-SE) >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", text.Len(), text.String()),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
	}
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n")
	starts := make([]int, len(objects))
	for i, o := range objects {
		starts[i] = out.Len()
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	table := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, at := range starts {
		fmt.Fprintf(&out, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return out.Bytes()
}

// escaped is a text within a PDF's string, in the encoding that its font names.
func escaped(s string) string {
	s, err := charmap.Windows1252.NewEncoder().String(s)
	if err != nil {
		panic("demo: a letter has a character that its font lacks: " + err.Error())
	}
	return strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`).Replace(s)
}

// screenshot draws what somebody saw: a window with a list of which one row, the
// message that went astray, is marked.
func screenshot() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 480, 300))
	fill := func(x, y, w, h int, c color.Color) {
		draw.Draw(img, image.Rect(x, y, x+w, y+h), image.NewUniform(c), image.Point{}, draw.Src)
	}
	ink, pale, mark := color.Gray{90}, color.Gray{235}, color.RGBA{200, 40, 40, 255}
	fill(0, 0, 480, 300, color.White)
	fill(0, 0, 480, 28, color.RGBA{30, 70, 110, 255})
	fill(0, 28, 120, 272, pale)
	for row := range 9 {
		y := 44 + row*28
		fill(16, y, 50+row*7%30, 6, ink)
		fill(136, y, 90+row*31%60, 6, ink)
		fill(250, y, 120+row*47%90, 6, color.Gray{170})
	}
	for _, edge := range [][4]int{{128, 118, 344, 2}, {128, 144, 344, 2}, {128, 118, 2, 28}, {470, 118, 2, 28}} {
		fill(edge[0], edge[1], edge[2], edge[3], mark)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		panic("demo: a picture in memory cannot be written: " + err.Error())
	}
	return out.Bytes()
}
