// What of libopus the program calls: one voice, 8 kHz, one channel. No memory is
// taken after open, nothing is imported, and what the two directions work on is
// apart. Sizes are in samples of 8 kHz and in bytes.
#include <stddef.h>

#include <opus.h>

#define EXPORT(name) __attribute__((export_name(#name)))

enum {
	RATE = 8000,
	LONGEST = RATE * 120 / 1000, // no packet holds more (RFC 6716 section 3.2)
	BYTES = 1500,
	STATE = 1 << 16,
};

static _Alignas(16) unsigned char encoder_state[STATE], decoder_state[STATE];
static OpusEncoder *const encoder = (OpusEncoder *)encoder_state;
static OpusDecoder *const decoder = (OpusDecoder *)decoder_state;

static opus_int16 pcm_in[LONGEST], pcm_out[LONGEST];
static unsigned char packet_in[BYTES], packet_out[BYTES];

EXPORT(pcm_in) void *get_pcm_in(void) { return pcm_in; }
EXPORT(pcm_out) void *get_pcm_out(void) { return pcm_out; }
EXPORT(packet_in) void *get_packet_in(void) { return packet_in; }
EXPORT(packet_out) void *get_packet_out(void) { return packet_out; }

// open begins both directions. bitrate is in bit/s, loss the share of packets that
// is expected to be lost, in percent.
EXPORT(open) int open_both(int bitrate, int complexity, int loss) {
	int err;
	if (opus_encoder_get_size(1) > STATE || opus_decoder_get_size(1) > STATE)
		return OPUS_ALLOC_FAIL;
	if ((err = opus_encoder_init(encoder, RATE, 1, OPUS_APPLICATION_VOIP)) != OPUS_OK ||
	    (err = opus_decoder_init(decoder, RATE, 1)) != OPUS_OK ||
	    (err = opus_encoder_ctl(encoder, OPUS_SET_BITRATE(bitrate))) != OPUS_OK ||
	    (err = opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(complexity))) != OPUS_OK ||
	    (err = opus_encoder_ctl(encoder, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE))) != OPUS_OK ||
	    (err = opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(loss > 0))) != OPUS_OK ||
	    (err = opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(loss))) != OPUS_OK)
		return err;
	return opus_encoder_ctl(encoder, OPUS_SET_DTX(0));
}

// encode codes what is in pcm_in into packet_out, of at most so many bytes, and
// returns its length.
EXPORT(encode) int encode(int samples, int bytes) {
	if (samples < 0 || samples > LONGEST || bytes < 0 || bytes > BYTES)
		return OPUS_BAD_ARG;
	return opus_encode(encoder, pcm_in, samples, packet_out, bytes);
}

// look tells of the packet in packet_in how many samples it holds, times two, and
// one more when the sound before it is in it once more (in-band FEC), which
// libopus 1.3 cannot tell: RFC 6716 section 4.2.4.
EXPORT(look) int look(int bytes) {
	const unsigned char *frames[48];
	opus_int16 sizes[48];
	unsigned char toc;
	int samples, parts, fec = 0, packet_frame;
	if (bytes < 1 || bytes > BYTES)
		return OPUS_BAD_ARG;
	if ((samples = opus_packet_get_nb_samples(packet_in, bytes, RATE)) <= 0)
		return samples < 0 ? samples : OPUS_INVALID_PACKET;
	if (opus_packet_parse(packet_in, bytes, &toc, frames, sizes, NULL) <= 0)
		return OPUS_INVALID_PACKET;
	if (!(toc & 0x80) && sizes[0] > 0) { // SILK is in it
		packet_frame = opus_packet_get_samples_per_frame(packet_in, RATE);
		parts = packet_frame > RATE / 50 ? packet_frame / (RATE / 50) : 1;
		fec = frames[0][0] >> (7 - parts) & 1;
	}
	return samples << 1 | fec;
}

// decode decodes what is in packet_in into pcm_out and returns how many samples.
EXPORT(decode) int decode(int bytes) {
	if (bytes < 1 || bytes > BYTES)
		return OPUS_BAD_ARG;
	return opus_decode(decoder, packet_in, bytes, pcm_out, LONGEST, 0);
}

// recover makes so many samples that were lost: the last of them from the packet
// in packet_in that came after them, if it has them, the others by going on with
// the sound. With no bytes all are made so.
EXPORT(recover) int recover(int bytes, int samples) {
	if (bytes < 0 || bytes > BYTES || samples < 0 || samples > LONGEST)
		return OPUS_BAD_ARG;
	if (bytes == 0)
		return opus_decode(decoder, NULL, 0, pcm_out, samples, 0);
	return opus_decode(decoder, packet_in, bytes, pcm_out, samples, 1);
}

// forget lets the decoder begin anew.
EXPORT(forget) int forget(void) { return opus_decoder_ctl(decoder, OPUS_RESET_STATE); }
