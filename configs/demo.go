package configs

// DemoNumber is the number of the demo's hotline.
const DemoNumber = "0213903963"

// DemoRouting is a small hotline: one number, one queue, three volunteers, of
// whom Sari may call out within the country, and the pause reasons and
// dispositions a real one begins with.
func DemoRouting() Routing {
	r := StarterRouting()
	r.Numbers = []Number{{Number: DemoNumber, Queue: "hotline", Language: "id"}}
	r.Queues = []Queue{NewQueue("hotline", "Hotline", Exit{Words: "closing"})}
	r.Agents = []Agent{
		NewAgent("sari", "Sari", "hotline"),
		NewAgent("dewi", "Dewi", "hotline"),
		NewAgent("ayu", "Ayu", "hotline"),
	}
	r.Agents[0].Dial = true
	r.Outgoing.Allow = []string{"+62", "112"}
	return r
}

// StarterRouting is what a new installation begins with: no number and no
// queue yet, but the usual choices for pausing and for describing a contact.
func StarterRouting() Routing {
	r := NewRouting()
	r.PauseReasons = []PauseReason{
		{"break", Label{"Break", "Istirahat"}},
		{"meal", Label{"Meal", "Makan"}},
		{"technical", Label{"Technical", "Teknis"}},
		{"supervision", Label{"Supervision", "Supervisi"}},
	}
	r.Dispositions = []Disposition{
		{Code: "self", Label: Label{"Reports for herself", "Korban melapor sendiri"}, Kind: Data},
		{Code: "other_on_behalf", Label: Label{"Reports for someone else", "Melapor untuk orang lain"}, Kind: Data},
		{Code: "professional", Label: Label{"Agency or companion", "Lembaga / pendamping"}, Kind: Data},
		{Code: "information", Label: Label{"Asks for information", "Permintaan informasi"}, Kind: Data},
		{Code: "followup_existing", Label: Label{"Follow-up of a case", "Tindak lanjut kasus"}, Kind: Data},
		{Code: "perpetrator", Label: Label{"Alleged perpetrator calls", "Diduga pelaku menghubungi"}, Kind: NonData},
		{Code: "silent", Label: Label{"Silent", "Senyap"}, Kind: NonData},
		{Code: "hangup", Label: Label{"Hung up", "Menutup telepon"}, Kind: NonData},
		{Code: "interrupted_unsafe", Label: Label{"Interrupted, perhaps unsafe", "Terputus, mungkin tidak aman"}, Kind: NonData},
		{Code: "disconnected_network", Label: Label{"Network trouble", "Gangguan jaringan"}, Kind: NonData},
		{Code: "wrong_number", Label: Label{"Wrong number", "Salah sambung"}, Kind: NonData},
		{Code: "prank", Label: Label{"Prank", "Iseng"}, Kind: NonData},
		{Code: "abusive", Label: Label{"Abusive or threatening", "Kasar / mengancam"}, Heavy: true, Kind: NonData},
		{Code: "sexual_gratification", Label: Label{"Harassment of the volunteer", "Pelecehan terhadap relawan"}, Heavy: true, Kind: NonData},
		{Code: "out_of_scope", Label: Label{"Out of scope", "Di luar lingkup"}, Kind: NonData},
		{Code: "complaint_service", Label: Label{"Complaint about the service", "Keluhan layanan"}, Kind: NonData},
		{Code: "thanks", Label: Label{"Thanks", "Ucapan terima kasih"}, Kind: NonData},
		{Code: "test_training", Label: Label{"Test or training", "Uji / latihan"}, Kind: NonData},
		{Code: "outgoing", Label: Label{"Outgoing call", "Panggilan keluar"}, Kind: NonData},
		{Code: "no_consent", Label: Label{"No consent", "Tidak memberi persetujuan"}, Kind: NonData},
	}
	return r
}
