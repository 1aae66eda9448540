package survey

import (
	"context"

	"taitorinki/internal/db"
	"taitorinki/internal/errs"
	"taitorinki/internal/survey/instrument"
)

// ImportInstrument stores an instrument file. A version that is already published can only be imported again unchanged.
func (s *Service) ImportInstrument(ctx context.Context, data []byte) (id int64, in *instrument.Instrument, err error) {
	in, err = instrument.Parse(data)
	if err != nil {
		return 0, nil, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		id, err = saveInstrument(ctx, tx, in.Key, in.Version, string(data), s.Now())
		return err
	})
	return id, in, err
}

// ImportShipped stores the instruments that come with the platform, unless they are there.
func (s *Service) ImportShipped(ctx context.Context) error {
	files, err := instrument.ShippedFiles()
	if err != nil {
		return err
	}
	for _, f := range files {
		in, err := instrument.Parse(f)
		if err != nil {
			return err
		}
		if _, err := InstrumentByVersion(ctx, s.DB, in.Key, in.Version); err == nil {
			continue
		} else if errs.KindOf(err) != errs.NotFound {
			return err
		}
		if _, _, err := s.ImportInstrument(ctx, f); err != nil {
			return err
		}
	}
	return nil
}
