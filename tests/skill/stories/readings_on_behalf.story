Readings handed in for a grandmother are of the flat that is linked
> я за бабушку звоню, показания передать
< показания приму; квартира 12; по какому счётчику
> холодная сто двадцать
< холодная вода 120
> да
< записано
books: COLD_WATER 120
