package dataset

import (
	"net/url"
	"strings"
	"time"

	"taitorinki/internal/errs"
)

// Study is what a description tells of the research beyond its table. Words are told in every language they have.
type Study struct {
	Lang         string // main language, in which title, abstract and distributor must be there
	ID, Agency   string // the study's number, and whose number it is
	Titles       Words
	Abstract     Words
	Holdings     string    // URI of the page where the study is found
	Version      string    // of the data, or ""
	Authors      []Author  //
	Producer     Words     // who made the data
	Distributor  Words     // who gives them out
	Distributed  time.Time // the day when they were first given out; zero: not told
	Keywords     []Term
	Topics       []Term
	From, To     time.Time // first and last day of collection; zero: not told
	Nation       Words
	NationCode   string // ISO 3166, such as FI
	Place        Words  // area within the nation
	Unit         Words  // unit of analysis
	Universe     Words  // whom the data are about
	DataKind     Words
	TimeMethod   Words
	Sampling     Words
	Mode         Words // of collection
	Anonymised   Words // what was done so that nobody can be recognised
	Restrictions Words // who may use the data, for what
	Citation     Words // how users are to cite
	Deposit      Words // what users are to tell the distributor
	File         string
	FileType     Words // of File, such as "SPSS system file"
}

// Author is a person or organisation responsible for the content.
type Author struct {
	Name        string
	Affiliation string
}

// Term is a keyword or topic, and the vocabulary from which it comes, if any.
type Term struct {
	Vocabulary string
	Words      Words
}

// Check says which of the fields that the CESSDA profile of DDI Codebook 2.5 makes mandatory are not there: an *errs.Fields
// whose fields are named as the elements of DDI, or nil. (The language of each text and the events of dates, mandatory too,
// are always written.)
func (s *Study) Check() error {
	var f errs.Fields
	for _, part := range []struct {
		name  string
		there bool
	}{
		{"xml:lang", said(s.Lang)},
		{"titl", said(s.Titles[s.Lang])},
		{"IDNo", said(s.ID)},
		{"IDNo/@agency", said(s.Agency)},
		{"holdings/@URI", absolute(s.Holdings)},
		{"distrbtr", said(s.Distributor[s.Lang])},
		{"abstract", said(s.Abstract[s.Lang])},
	} {
		if !part.there {
			f.Add(part.name, "dataset.study-missing", "part", part.name)
		}
	}
	return f.Err()
}

func said(s string) bool { return strings.TrimSpace(clean(s)) != "" }

func absolute(uri string) bool {
	u, err := url.Parse(uri)
	return err == nil && u.IsAbs() && u.Host != ""
}
