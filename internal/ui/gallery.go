package ui

import "strconv"

// galleryScale is the scale of agreement.
func galleryScale(plain bool) Scale {
	labels := []string{"Täysin eri mieltä", "Jokseenkin eri mieltä", "En samaa enkä eri mieltä", "Jokseenkin samaa mieltä", "Täysin samaa mieltä"}
	s := Scale{Plain: plain, NotConcerned: Point{Value: "na", Label: "Ei koske minua"}}
	for i, label := range labels {
		s.Points = append(s.Points, Point{Value: strconv.Itoa(i + 1), Label: label})
	}
	return s
}

// galleryLongScale is the widest scale there can be, 0 to 10.
func galleryLongScale() Scale {
	var s Scale
	for i := range 11 {
		s.Points = append(s.Points, Point{Value: strconv.Itoa(i), Label: strconv.Itoa(i)})
	}
	s.Points[0].Label = "En lainkaan"
	s.Points[10].Label = "Erittäin"
	return s
}
