"""Recipe of the embedded Russian Vosk model: from recordings to a model folder, without Kaldi (extra `acoustic`)."""
