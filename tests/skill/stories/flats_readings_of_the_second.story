The readings of the second flat after those of the first
who: both
> хвс 121 гвс 147 свет 6350
< квартира 12
> да
< записано
> теперь вторая: хвс ванная 880
< квартира 7; холодная вода в ванной 880
> да
< холодная вода в ванной 880; остались
> а первая
< квартира 12
books: COLD_WATER 121; HOT_WATER 147
