package cases

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"github.com/vaka-project/vaka/workflow"
)

// AttachmentRules are what the authority takes as files.
type AttachmentRules struct {
	MaxBytes     int64    // of one file
	MaxCaseBytes int64    // of all files of a case together
	Kinds        []string // of FileKinds
}

// DefaultAttachmentRules hold where nothing else is set.
func DefaultAttachmentRules() AttachmentRules {
	return AttachmentRules{MaxBytes: 25 << 20, MaxCaseBytes: 500 << 20, Kinds: FileKinds()}
}

// fileKind is a kind of file that can be taken: its endings, and what its content
// must look like. Archives of anything, such as zip, are none: nobody can say by
// looking at one what is in it.
type fileKind struct {
	name      string
	endings   []string
	mediaType string
	looks     []string // what the content may be recognised as
	part      string   // a package holds this entry, which tells it from others
}

var fileKinds = []fileKind{
	{name: "pdf", mediaType: "application/pdf"},
	{name: "png", mediaType: "image/png"},
	{name: "jpg", endings: []string{"jpg", "jpeg"}, mediaType: "image/jpeg"},
	{name: "tif", endings: []string{"tif", "tiff"}, mediaType: "image/tiff"},
	{name: "txt", mediaType: "text/plain; charset=utf-8", looks: []string{"text/plain", "text/csv", "text/tab-separated-values", "application/json", "application/x-ndjson"}},
	{name: "csv", mediaType: "text/csv; charset=utf-8", looks: []string{"text/csv", "text/plain", "text/tab-separated-values"}},
	{name: "eml", mediaType: "message/rfc822", looks: []string{"message/rfc822", "text/plain"}},
	{name: "msg", mediaType: "application/vnd.ms-outlook"},
	{name: "docx", mediaType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document", part: "word/document.xml"},
	{name: "xlsx", mediaType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", part: "xl/workbook.xml"},
	{name: "odt", mediaType: "application/vnd.oasis.opendocument.text", part: "content.xml"},
	{name: "ods", mediaType: "application/vnd.oasis.opendocument.spreadsheet", part: "content.xml"},
}

// FileKinds lists the kinds of files that can be taken, by the ending that each is
// known by.
func FileKinds() []string {
	var out []string
	for _, k := range fileKinds {
		out = append(out, k.name)
	}
	return out
}

// Endings are the endings of names that the rules allow, without dots.
func (r AttachmentRules) Endings() []string {
	var out []string
	for _, k := range fileKinds {
		if slices.Contains(r.Kinds, k.name) {
			out = append(out, k.allEndings()...)
		}
	}
	return out
}

func (k fileKind) allEndings() []string {
	if k.endings == nil {
		return []string{k.name}
	}
	return k.endings
}

// named checks what can be known before the content is there: name and size. It
// returns the name as it is kept.
func (r AttachmentRules) named(name string, size int64) (string, fileKind, error) {
	clean := CleanFileName(name)
	_, ext := splitName(clean)
	ext = strings.ToLower(strings.TrimPrefix(ext, "."))
	i := slices.IndexFunc(fileKinds, func(k fileKind) bool { return slices.Contains(k.allEndings(), ext) })
	switch {
	case clean == "":
		return "", fileKind{}, fileFault("/name", "file_name", "The file has no name that can be kept. Rename it and choose it again.")
	case i < 0 || !slices.Contains(r.Kinds, fileKinds[i].name):
		return "", fileKind{}, fileFault("/name", "file_kind", "Files of this kind are not taken. Save it as PDF, or as another of the kinds that are listed.")
	case size <= 0:
		return "", fileKind{}, fileFault("/size", "file_empty", "The file is empty. Check that it is the right one and choose it again.")
	case size > r.MaxBytes:
		return "", fileKind{}, fileFault("/size", "file_too_large", "The file is larger than what is taken. Make it smaller, or divide it, and choose it again.")
	}
	return clean, fileKinds[i], nil
}

func fileFault(path, code, message string) error {
	return workflow.RefuseFaults(code, message, []workflow.Fault{{Path: path, Code: code, Message: message}})
}

// check looks at the content: it must be what the name says, and a package must
// not blow up when somebody opens it.
func (k fileKind) check(content []byte) error {
	differs := fileFault("/name", "file_differs", "The content is of another kind than the file's name says. Save it anew from the program that made it, and choose it again.")
	seen := mimetype.Detect(content)
	looks := k.looks
	if looks == nil {
		looks = []string{k.mediaType}
	}
	if k.part != "" {
		looks = append(slices.Clone(looks), "application/zip") // one whose entries stand in another order
	}
	if !slices.ContainsFunc(looks, seen.Is) {
		return differs
	}
	if k.part == "" {
		return nil
	}
	return k.checkPackage(content, differs)
}

// Limits of a package: beyond them no document is honest.
const (
	maxEntries  = 10_000
	maxUnpacked = 256 << 20 // bytes, all entries together
)

// checkPackage reads through an Office or OpenDocument package without keeping
// anything of it. Declared sizes are believed only where they are too large; what
// the entries really unpack to is counted up to the limit.
func (k fileKind) checkPackage(content []byte, differs error) error {
	swells := fileFault("/name", "file_swells", "The file unpacks to far more than it should. Save it anew, or as PDF, and choose it again.")
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return differs
	}
	if len(z.File) > maxEntries {
		return swells
	}
	left, found := int64(maxUnpacked), false
	for _, f := range z.File {
		name := strings.ToLower(f.Name)
		found = found || name == k.part
		if strings.HasSuffix(name, "vbaproject.bin") {
			return fileFault("/name", "file_macros", "The file holds macros. Save it without them, or as PDF, and choose it again.")
		}
		if f.UncompressedSize64 > uint64(left) {
			return swells
		}
		n, err := unpacked(f, left)
		if err != nil {
			return differs
		}
		if left -= n; left <= 0 {
			return swells
		}
	}
	if !found {
		return differs
	}
	return nil
}

// unpacked counts what an entry unpacks to, and stops at the limit.
func unpacked(f *zip.File, limit int64) (int64, error) {
	r, err := f.Open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return io.Copy(io.Discard, io.LimitReader(r, limit))
}
