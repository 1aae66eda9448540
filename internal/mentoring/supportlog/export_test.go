package supportlog

// In is the entry for another unit.
func (e Entry) In(unit int64) Entry {
	e.Unit = unit
	return e
}
