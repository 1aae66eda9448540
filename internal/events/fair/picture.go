package fair

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // a format that is taken

	"golang.org/x/image/draw"
)

// MostPicture is how large a picture may be that somebody sends, in bytes; mostDots how many dots it may have: a small file can
// unfold into more than the server has room for.
const (
	MostPicture = 2 << 20
	mostDots    = 16_000_000
	longestSide = 640
)

// Picture is a picture as we have drawn it.
type Picture struct {
	JPEG          []byte
	Width, Height int // in dots
}

var (
	errBigPicture = errors.New("fair: the picture is too large")
	errManyDots   = errors.New("fair: the picture has too many dots")
	errNoPicture  = errors.New("fair: not a PNG or JPEG picture")
)

// keyOf is the message for what is wrong with a picture.
func keyOf(err error) string {
	switch err {
	case errBigPicture:
		return "fair.big-picture"
	case errManyDots:
		return "fair.many-dots"
	}
	return "fair.bad-picture"
}

// Redraw draws a PNG or JPEG picture anew, small and on white, so that nothing hidden in the file is kept: no place where it was
// taken, no second file behind it. It stands as the camera was held.
func Redraw(data []byte) (p Picture, err error) {
	if len(data) > MostPicture {
		return p, errBigPicture
	}
	c, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || c.Width <= 0 || c.Height <= 0 || format != "png" && format != "jpeg" {
		return p, errNoPicture
	}
	if c.Width > mostDots || c.Height > mostDots || c.Width*c.Height > mostDots {
		return p, errManyDots
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return p, errNoPicture
	}
	small := shrink(img)
	if format == "jpeg" {
		small = turn(small, orientation(data))
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, small, &jpeg.Options{Quality: 80}); err != nil {
		return p, err
	}
	size := small.Bounds().Size()
	return Picture{b.Bytes(), size.X, size.Y}, nil
}

// shrink draws a picture on white, with its longest side no longer than it needs to be.
func shrink(img image.Image) *image.RGBA {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	if most := max(w, h); most > longestSide {
		w, h = max(1, w*longestSide/most), max(1, h*longestSide/most)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(out, out.Bounds(), img, img.Bounds(), draw.Over, nil)
	return out
}

// turn turns and mirrors a picture by its Exif orientation, 1 to 8 (Exif 2.32, tag 0x0112); 1 and all others leave it.
func turn(img *image.RGBA, orientation int) *image.RGBA {
	if orientation < 2 || orientation > 8 {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	outW, outH := w, h
	if orientation > 4 {
		outW, outH = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, outW, outH))
	for y := range outH {
		for x := range outW {
			fx, fy := x, y
			switch orientation {
			case 2:
				fx = w - 1 - x
			case 3:
				fx, fy = w-1-x, h-1-y
			case 4:
				fy = h - 1 - y
			case 5:
				fx, fy = y, x
			case 6:
				fx, fy = y, h-1-x
			case 7:
				fx, fy = w-1-y, h-1-x
			case 8:
				fx, fy = w-1-y, x
			}
			out.SetRGBA(x, y, img.RGBAAt(fx, fy))
		}
	}
	return out
}

// orientation is how a JPEG's Exif block says that the camera was held; 1 when it does not say.
func orientation(data []byte) int {
	for i := 2; i+4 <= len(data) && data[i] == 0xFF && data[i+1] != 0xDA; {
		size := int(binary.BigEndian.Uint16(data[i+2:]))
		if size < 2 || i+2+size > len(data) {
			return 1
		}
		if block := data[i+4 : i+2+size]; data[i+1] == 0xE1 && bytes.HasPrefix(block, []byte("Exif\x00\x00")) {
			return held(block[6:])
		}
		i += 2 + size
	}
	return 1
}

// held reads the orientation out of the first directory of a TIFF block.
func held(tiff []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case len(tiff) < 8:
		return 1
	case tiff[0] == 'M':
		order = binary.BigEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	n := int64(order.Uint16(tiff[at:]))
	for k := range n {
		entry := at + 2 + 12*k
		if entry+12 > int64(len(tiff)) {
			return 1
		}
		if order.Uint16(tiff[entry:]) == 0x0112 {
			return int(order.Uint16(tiff[entry+8:]))
		}
	}
	return 1
}
