«Удали вторую» is about the second flat
who: both
door: text
> удали вторую
< отвязать квартиру; квартира 7
> да
< отвязана
books: links 1
