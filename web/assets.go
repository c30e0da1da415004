package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"

	"github.com/vaka-project/vaka/workflow"
)

//go:embed static
var staticFiles embed.FS

// assets are the files that pages load, under names that change with their
// content, so that browsers may keep them for ever. They are compressed once.
var assets = loadAssets(staticFiles)

type asset struct {
	kind              string
	plain, gzip, brot []byte
}

type assetSet struct {
	byName map[string]string // vaka.css to vaka.1a2b3c4d5e6f.css
	files  map[string]asset
}

func loadAssets(files fs.FS) *assetSet {
	set := &assetSet{byName: map[string]string{}, files: map[string]asset{}}
	err := fs.WalkDir(files, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		base := strings.TrimPrefix(name, "static/")
		ext := path.Ext(base)
		hashed := strings.TrimSuffix(base, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		set.byName[base] = hashed
		set.files[hashed] = asset{kind: assetTypes[ext], plain: body, gzip: gzipped(body), brot: brotlied(body)}
		return nil
	})
	if err != nil {
		panic(fmt.Sprintf("embedded files: %v", err)) // they are part of the program
	}
	return set
}

var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

func gzipped(body []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is a constant
	if _, err := w.Write(body); err != nil {
		panic(err) // a buffer takes everything
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func brotlied(body []byte) []byte {
	var b bytes.Buffer
	w := brotli.NewWriterLevel(&b, brotli.BestCompression)
	if _, err := w.Write(body); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// path is where a page finds a file. A name that is not there is a fault of the
// program, found by the first test that renders a page.
func (a *assetSet) path(name string) string {
	hashed, ok := a.byName[name]
	if !ok {
		panic("no such file among the assets: " + name)
	}
	return "/static/" + hashed
}

// static answers one of the files that pages load.
func (q *call) static() error {
	file, ok := assets.files[q.Params("file")]
	if !ok {
		return workflow.Refuse(workflow.NotFound, "not_found", "There is nothing here.")
	}
	q.Set(fiber.HeaderContentType, file.kind)
	q.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	q.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	switch accepted := q.Get(fiber.HeaderAcceptEncoding); {
	case strings.Contains(accepted, "br"):
		q.Set(fiber.HeaderContentEncoding, "br")
		return q.Send(file.brot)
	case strings.Contains(accepted, "gzip"):
		q.Set(fiber.HeaderContentEncoding, "gzip")
		return q.Send(file.gzip)
	}
	return q.Send(file.plain)
}
