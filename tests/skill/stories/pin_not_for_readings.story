Показания пин-кода не требуют.
door: speaker
> холодная 125
< 125
> да
books: COLD_WATER 125; pins 0
