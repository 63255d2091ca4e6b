package queue

// Outcomes lists every outcome there is, for reports and metrics that must
// show zeros too.
func Outcomes() []Outcome {
	return []Outcome{
		OutcomeAnswered, OutcomeAbandonedShort, OutcomeAbandoned, OutcomeVoicemail, OutcomeCallbackKept,
		OutcomeClosed, OutcomeRefusedFull, OutcomeBlocked, OutcomeFailedMedia, OutcomeSystem, OutcomeUnreached,
	}
}
