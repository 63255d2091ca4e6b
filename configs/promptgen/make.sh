#!/bin/sh
# Makes every file of configs/prompts anew, and the voice of the demo's caller. Needs espeak-ng and sox (Debian
# packages of those names) and Go. The files are committed, so that neither a
# build nor a test needs any of this.
set -eu
cd "$(dirname "$0")/../prompts"
mkdir -p id en
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# say LANG NAME TEXT: a calm pace (words a minute), a soft low-pitched female
# variant; then cut silence, keep the telephone band, bring to speech loudness.
say() {
	espeak-ng -v "$1+f2" -s 150 -p 42 -g 1 -a 70 -w "$tmp/raw.wav" "$3"
	sox -D "$tmp/raw.wav" -r 8000 -c 1 -b 16 "$tmp/cut.wav" \
		highpass 180 lowpass 3400 silence 1 0.02 0.5% reverse silence 1 0.02 0.5% reverse
	sox -D "$tmp/cut.wav" "$1/$2.wav" fade t 0.01 -0 0.03 pad 0.04 0.08 gain -n -5
}

say id greeting "Anda terhubung dengan layanan pengaduan. Panggilan ini tidak direkam. Jika Anda dalam bahaya sekarang, hubungi satu satu kosong, atau satu satu dua. Mohon tunggu. Relawan kami akan segera menjawab."
say id closing "Maaf, saat ini belum ada relawan yang dapat menjawab. Jika Anda dalam bahaya, hubungi satu satu kosong, atau satu satu dua. Anda boleh menelepon kami kembali kapan saja. Terima kasih."
say id blocked "Panggilan ini tidak dapat kami sambungkan sekarang. Jika Anda dalam bahaya, hubungi satu satu kosong, atau satu satu dua. Untuk ambulans, hubungi satu satu sembilan. Terima kasih."
say id limits "Kami mengakhiri percakapan ini, karena relawan kami berhak diperlakukan dengan hormat. Anda boleh menelepon kembali bila ingin berbicara dengan tenang. Jika Anda dalam bahaya, hubungi satu satu kosong, atau satu satu dua."
say id yes-no "Tekan satu untuk ya. Tekan dua untuk tidak."
say id ask-danger "Apakah Anda dalam bahaya sekarang?"
say id ask-near "Apakah ada orang di dekat Anda yang tidak boleh mendengar?"
say id ask-hurt "Apakah Anda terluka, atau ada yang terluka?"
say id ask-police "Apakah Anda ingin kami memanggil polisi?"
say id ask-stay "Apakah Anda ingin kami tetap di telepon?"
say id callback-safe "Kami dapat menelepon Anda kembali, dan urutan Anda tetap. Apakah aman bila kami menelepon nomor ini? Tekan satu bila aman. Tekan dua bila tidak."
say id callback-kept "Baik. Urutan Anda tetap, dan kami akan menelepon Anda kembali. Nomor kami mungkin tidak tampil. Bila berubah, hubungi kami lagi kapan saja. Terima kasih."
say id callback-not "Maaf, kami tidak dapat menelepon nomor Anda kembali. Anda tetap dalam antrean."
say id callback-unsafe "Baik, kami tidak akan menelepon Anda. Anda tetap dalam antrean."
say id message-alone "Baik, kami tidak akan menelepon nomor ini. Anda boleh menelepon kami kapan saja. Terima kasih."
say id position "Urutan Anda:"
say id next "Anda berikutnya. Mohon tetap di telepon."
say id hold "Mohon tunggu sebentar. Kami masih di sini."
say id press-one "Panggilan dari hotline. Tekan satu untuk menerima."
say id more-than "Di depan Anda ada lebih dari"
say id people "orang."
say id wait "Perkiraan waktu tunggu:"
say id less-than "kurang dari"
say id to "sampai"
say id minute "menit."
say id minutes "menit."
say id comfort "Anda tidak sendiri. Kami masih di sini. Relawan akan segera menjawab."
say id quick-exit "Bila ada yang datang, tekan nol dua kali. Panggilan langsung berakhir tanpa suara."
say id closed "Anda menghubungi kami di luar jam layanan. Jika Anda dalam bahaya, hubungi satu satu kosong, atau satu satu dua. Layanan SAPA, satu dua sembilan, dapat dihubungi siang malam. Silakan menelepon kami kembali pada jam layanan. Terima kasih."
say id menu "Jika Anda dalam bahaya sekarang, tekan satu. For English, press two. Untuk berbicara dengan relawan perempuan, tekan tiga. Atau mohon tunggu."
say id message-consent "Anda boleh meninggalkan pesan. Pesan Anda direkam, hanya didengar relawan dan penyelia layanan ini, dan dihapus setelah tiga puluh hari. Bila Anda tidak ingin direkam, tutuplah telepon sekarang. Bicaralah setelah nada. Tekan tanda pagar bila selesai."
say id message-thanks "Terima kasih. Pesan Anda kami simpan dan akan didengar secepatnya. Jika Anda dalam bahaya, hubungi satu satu kosong, atau satu satu dua."
say id choices "Semua relawan masih melayani penelepon lain. Untuk tetap menunggu, tekan satu. Agar kami menelepon Anda kembali, tekan dua. Untuk meninggalkan pesan, tekan tiga."
say id no-woman "Saat ini tidak ada relawan perempuan yang bertugas. Untuk tetap menunggu, tekan satu. Untuk berbicara dengan relawan mana pun, tekan dua. Untuk meninggalkan pesan, tekan tiga."
say id no-language "Saat ini tidak ada relawan yang dapat berbicara dalam bahasa pilihan Anda. Untuk tetap menunggu, tekan satu. Untuk berbicara dalam bahasa lain, tekan dua. Untuk meninggalkan pesan, tekan tiga."
say id no-man "Saat ini tidak ada relawan laki-laki yang bertugas. Untuk tetap menunggu, tekan satu. Untuk berbicara dengan relawan mana pun, tekan dua. Untuk meninggalkan pesan, tekan tiga."
i=0
for word in nol satu dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas; do
	say id "n$i" "$word"
	i=$((i + 1))
done
for word in belas puluh ratus seratus; do say id "$word" "$word"; done

say en greeting "You have reached the helpline. This call is not recorded. If you are in danger now, call one one zero, or one one two. Please wait. A volunteer will answer you soon."
say en closing "We are sorry, no volunteer can answer right now. If you are in danger, call one one zero, or one one two. You may call us again at any time. Thank you."
say en blocked "We cannot connect this call now. If you are in danger, call one one zero, or one one two. For an ambulance, call one one nine. Thank you."
say en limits "We end this conversation, because our volunteers have a right to be treated with respect. You may call again when you wish to talk calmly. If you are in danger, call one one zero, or one one two."
say en yes-no "Press one for yes. Press two for no."
say en ask-danger "Are you in danger now?"
say en ask-near "Is somebody near you who must not hear this?"
say en ask-hurt "Are you hurt, or is anybody hurt?"
say en ask-police "Do you want us to call the police?"
say en ask-stay "Do you want us to stay on the line?"
say en callback-safe "We can call you back, and you keep your place. Is it safe if we call this number? Press one if it is safe. Press two if it is not."
say en callback-kept "All right. You keep your place, and we will call you back. Our number may not be shown. If anything changes, call us again at any time. Thank you."
say en callback-not "We are sorry, we cannot call your number back. You stay in line."
say en callback-unsafe "All right, we will not call you. You stay in line."
say en message-alone "All right, we will not call this number. You may call us at any time. Thank you."
say en position "Your place in line is:"
say en next "You are next. Please stay on the line."
say en hold "Please hold on for a moment. We are still here."
say en press-one "A call from the hotline. Press one to accept."
say en more-than "Before you there are more than"
say en people "people."
say en wait "You may wait for"
say en less-than "less than"
say en to "to"
say en minute "minute."
say en minutes "minutes."
say en comfort "You are not alone. We are still here. A volunteer will answer you soon."
say en quick-exit "If somebody comes in, press zero twice. The call ends at once, without a sound."
say en closed "You have reached us outside our hours. If you are in danger, call one one zero, or one one two. The SAPA line, one two nine, answers day and night. Please call us again during our hours. Thank you."
say en menu "If you are in danger now, press one. Untuk bahasa Indonesia, tekan dua. To talk with a woman, press three. Or please wait."
say en message-consent "You may leave a message. It is recorded, heard only by volunteers and supervisors of this service, and erased after thirty days. If you do not want that, hang up now. Speak after the tone. Press the hash key when you are done."
say en message-thanks "Thank you. Your message is kept and will be heard as soon as possible. If you are in danger, call one one zero, or one one two."
say en choices "All volunteers are still with other callers. To keep waiting, press one. To be called back, press two. To leave a message, press three."
say en no-woman "No woman volunteer is on duty right now. To keep waiting, press one. To talk with any volunteer, press two. To leave a message, press three."
say en no-language "No volunteer who speaks your language is free right now. To keep waiting, press one. To talk in another language, press two. To leave a message, press three."
say en no-man "No male volunteer is on duty right now. To keep waiting, press one. To talk with any volunteer, press two. To leave a message, press three."
i=0
for word in zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty; do
	say en "n$i" "$word"
	i=$((i + 1))
done
i=30
for word in thirty forty fifty sixty seventy eighty ninety; do
	say en "n$i" "$word"
	i=$((i + 10))
done
say en hundred "hundred"

# What the demo's simulated caller says, over and over with pauses.
espeak-ng -v id+f4 -s 140 -p 55 -a 70 -w "$tmp/raw.wav" "Halo? Apakah Anda bisa mendengar saya? Saya penelepon simulasi. Silakan bicara. Saya mendengarkan Anda."
sox -D "$tmp/raw.wav" -r 8000 -c 1 -b 16 "$tmp/cut.wav" highpass 180 lowpass 3400
sox -D "$tmp/cut.wav" ../../cmd/sahut/democaller.wav fade t 0.01 -0 0.03 pad 0 3 gain -n -5

cd ../..
go run ./configs/promptgen configs/prompts
