"""Where made-up buyers live: postal areas with their state, largest town, weight and centroid.

The centroids of the United States are the plain means of the Census ZCTA points of each ZIP3
(public domain); areas within a mile of a zone band's edge from a warehouse of the simulator were
left out. Those of the other markets are town centres, rounded.
"""

from dataclasses import dataclass

_US = """\
100,NY,New York,9.5,40.7688,-73.97233
104,NY,Bronx,3,40.84966,-73.87816
112,NY,Brooklyn,5,40.65421,-73.95607
117,NY,Hicksville,3,40.80439,-73.23497
142,NY,Buffalo,1.2,42.91572,-78.8274
146,NY,Rochester,1,43.16586,-77.61974
132,NY,Syracuse,.8,43.0507,-76.15019
070,NJ,Newark,2.5,40.75841,-74.23158
088,NJ,Edison,1.5,40.5397,-74.61862
080,NJ,Cherry Hill,1.2,39.82074,-74.98378
191,PA,Philadelphia,3,39.99562,-75.14906
152,PA,Pittsburgh,1.5,40.44534,-79.98419
021,MA,Boston,2.5,42.33589,-71.06567
018,MA,Lowell,.8,42.64368,-71.20602
028,RI,Providence,.7,41.68063,-71.53378
064,CT,Bridgeport,.9,41.43738,-72.74113
060,CT,Hartford,.8,41.86975,-72.82388
044,ME,Bangor,.3,45.15278,-68.71499
030,NH,Manchester,.5,42.88292,-71.5095
054,VT,Burlington,.3,44.60702,-73.04973
200,DC,Washington,1.2,38.91177,-77.02639
212,MD,Baltimore,1.8,39.31636,-76.60451
208,MD,Bethesda,1,39.11092,-77.163
220,VA,Fairfax,1.5,38.81099,-77.25514
232,VA,Richmond,.9,37.54519,-77.48148
234,VA,Norfolk,.9,37.29569,-75.9919
282,NC,Charlotte,1.6,35.20833,-80.82658
275,NC,Raleigh,1.6,35.88846,-78.56929
294,SC,Charleston,.8,32.96216,-80.13209
296,SC,Greenville,.7,34.67506,-82.57968
303,GA,Atlanta,2.5,33.79737,-84.38447
300,GA,Marietta,2,33.86545,-84.15817
331,FL,Miami,3,25.76607,-80.28327
328,FL,Orlando,2,28.50812,-81.31694
336,FL,Tampa,2,27.99908,-82.47965
322,FL,Jacksonville,1.2,30.29637,-81.62977
352,AL,Birmingham,.8,33.50499,-86.80049
372,TN,Nashville,1.2,36.14511,-86.79348
381,TN,Memphis,.8,35.11823,-89.94437
402,KY,Louisville,.8,38.20748,-85.69319
432,OH,Columbus,1.3,39.99288,-82.98415
441,OH,Cleveland,1.4,41.45658,-81.66732
452,OH,Cincinnati,1.2,39.17095,-84.48886
462,IN,Indianapolis,1.3,39.80527,-86.14156
482,MI,Detroit,1.8,42.37258,-83.10013
495,MI,Grand Rapids,.8,42.9421,-85.65684
606,IL,Chicago,3.5,41.86757,-87.6737
600,IL,Evanston,2,42.23645,-88.00707
532,WI,Milwaukee,.9,43.05055,-87.96543
554,MN,Minneapolis,1.5,44.98339,-93.30769
503,IA,Des Moines,.6,41.59734,-93.65084
631,MO,St Louis,1.1,38.6385,-90.30021
641,MO,Kansas City,.9,39.10691,-94.55187
672,KS,Wichita,.5,37.69031,-97.32343
681,NE,Omaha,.5,41.24415,-96.03205
701,LA,New Orleans,.9,29.9745,-90.05635
708,LA,Baton Rouge,.6,30.45091,-91.11627
722,AR,Little Rock,.5,34.73812,-92.36537
392,MS,Jackson,.4,32.30833,-90.18831
731,OK,Oklahoma City,.8,35.47154,-97.52153
752,TX,Dallas,2.5,32.81241,-96.80479
761,TX,Fort Worth,1.3,32.76298,-97.32872
770,TX,Houston,3.5,29.77611,-95.41548
782,TX,San Antonio,1.8,29.46895,-98.51618
787,TX,Austin,1.5,30.30343,-97.76767
799,TX,El Paso,.6,31.80909,-106.39852
802,CO,Denver,1.6,39.74642,-104.97615
841,UT,Salt Lake City,1,40.72838,-111.88522
850,AZ,Phoenix,2,33.53443,-112.08368
857,AZ,Tucson,.7,32.22596,-110.95792
871,NM,Albuquerque,.5,35.11137,-106.63551
891,NV,Las Vegas,1.5,36.14663,-115.2227
900,CA,Los Angeles,4.5,34.04099,-118.30553
913,CA,Van Nuys,1.5,34.26744,-118.58166
917,CA,Ontario,2,34.07765,-117.82622
921,CA,San Diego,2.2,32.77435,-117.13482
926,CA,Irvine,1.8,33.6259,-117.77792
941,CA,San Francisco,1.5,37.76333,-122.4264
945,CA,Oakland,1.6,37.94636,-122.06067
951,CA,San Jose,1.5,37.30772,-121.84738
958,CA,Sacramento,1.1,38.57582,-121.43703
937,CA,Fresno,.8,36.77599,-119.78842
972,OR,Portland,1.3,45.51871,-122.65942
981,WA,Seattle,1.9,47.59486,-122.33515
992,WA,Spokane,.4,47.68198,-117.37839
837,ID,Boise,.5,43.64271,-116.13728
591,MT,Billings,.2,45.77213,-108.53263
582,ND,Fargo,.2,48.22494,-97.64935
571,SD,Sioux Falls,.2,43.53852,-96.73575
820,WY,Cheyenne,.2,41.30513,-105.12988
967,HI,Honolulu,.4,20.39485,-157.28593
995,AK,Anchorage,.3,60.09707,-155.86975
253,WV,Charleston,.3,38.35882,-81.63307
199,DE,Dover,.3,38.84693,-75.43743
009,PR,San Juan,.4,18.4088,-66.09359
"""

_GB = """\
E1,England,London,6,51.517,-0.059
SW11,England,London,5,51.465,-0.163
N1,England,London,5,51.538,-0.099
SE15,England,London,4,51.471,-0.065
B15,England,Birmingham,4,52.466,-1.924
CV1,England,Coventry,1.5,52.409,-1.509
LE1,England,Leicester,2,52.634,-1.130
NG1,England,Nottingham,2,52.955,-1.150
BS1,England,Bristol,2.5,51.452,-2.597
PL1,England,Plymouth,1,50.368,-4.142
SO14,England,Southampton,1.5,50.904,-1.398
BN1,England,Brighton,1.5,50.839,-0.141
OX1,England,Oxford,1,51.751,-1.259
CB1,England,Cambridge,1,52.201,0.137
NR1,England,Norwich,1,52.624,1.307
M1,England,Manchester,4,53.477,-2.235
L1,England,Liverpool,2.5,53.402,-2.979
LS1,England,Leeds,3,53.797,-1.549
S1,England,Sheffield,2,53.379,-1.469
HU1,England,Hull,1,53.743,-0.339
NE1,England,Newcastle upon Tyne,2,54.972,-1.611
CF10,Wales,Cardiff,1.8,51.475,-3.178
SA1,Wales,Swansea,.8,51.621,-3.933
EH1,Scotland,Edinburgh,1.8,55.951,-3.187
G1,Scotland,Glasgow,2.5,55.860,-4.247
AB10,Scotland,Aberdeen,.8,57.141,-2.113
BT1,Northern Ireland,Belfast,1.2,54.602,-5.927
"""

_VN = """\
100,Hà Nội,Hoàn Kiếm,6,21.029,105.852
114,Hà Nội,Thanh Xuân,5,20.994,105.811
113,Hà Nội,Cầu Giấy,4,21.036,105.791
180,Hải Phòng,Hồng Bàng,2,20.861,106.682
010,Quảng Ninh,Hạ Long,1,20.951,107.080
160,Bắc Ninh,Bắc Ninh,1.2,21.186,106.076
250,Thái Nguyên,Thái Nguyên,.8,21.594,105.848
400,Thanh Hóa,Thanh Hóa,1.2,19.807,105.776
430,Nghệ An,Vinh,1.2,18.673,105.692
490,Thừa Thiên Huế,Huế,.8,16.464,107.591
500,Đà Nẵng,Hải Châu,2.2,16.068,108.221
590,Bình Định,Quy Nhơn,.7,13.776,109.224
650,Khánh Hòa,Nha Trang,.9,12.239,109.197
630,Đắk Lắk,Buôn Ma Thuột,.7,12.667,108.038
660,Lâm Đồng,Đà Lạt,.7,11.940,108.458
700,Hồ Chí Minh,Quận 1,7,10.776,106.701
715,Hồ Chí Minh,Thủ Đức,4,10.850,106.772
720,Hồ Chí Minh,Tân Bình,5,10.802,106.653
760,Đồng Nai,Biên Hòa,2,10.951,106.834
750,Bình Dương,Thủ Dầu Một,2,10.980,106.652
780,Bà Rịa - Vũng Tàu,Vũng Tàu,.9,10.346,107.084
900,Cần Thơ,Ninh Kiều,1.4,10.033,105.784
920,Kiên Giang,Rạch Giá,.6,10.012,105.081
970,Cà Mau,Cà Mau,.5,9.177,105.152
"""


@dataclass(frozen=True)
class Place:
    """One postal area; `weight` is its share of demand, unscaled, the centroid is in degrees.

    `area` is what its post codes begin with: a ZIP3, a British outward code, the first three of a
    Vietnamese code's digits. `number` (0 to 999) stands for it in numeric post codes.
    """

    area: str
    state: str
    city: str
    weight: float
    latitude: float
    longitude: float
    number: int


def _read(table: str) -> tuple[Place, ...]:
    places = []
    for row, line in enumerate(table.splitlines()):
        area, state, city, weight, latitude, longitude = line.split(",")
        number = int(area) if area.isdigit() else row
        places.append(
            Place(area, state, city, float(weight), float(latitude), float(longitude), number)
        )
    return tuple(places)


US_PLACES, GB_PLACES, VN_PLACES = (_read(table) for table in (_US, _GB, _VN))
