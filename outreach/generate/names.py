"""Names, and area codes, that the made-up district draws from. Lists of our own; any likeness to a person is chance."""

from __future__ import annotations

from dataclasses import dataclass


def split(names: str) -> tuple[str, ...]:
    return tuple(names.split())


@dataclass(frozen=True)
class NameList:
    """Given names and family names of one community."""

    given: tuple[str, ...]
    """For children and staff."""
    family: tuple[str, ...]
    mothers: tuple[str, ...]
    """Names that a reader expects of a mother; only so that a made-up family reads like one. Outreach itself guesses
    nobody's gender."""
    fathers: tuple[str, ...]

    def given_for(self, relation: str) -> tuple[str, ...]:
        """What a guardian of this relation may be called."""
        return {"mother": self.mothers, "father": self.fathers}.get(relation, self.given)


ENGLISH = NameList(
    split(
        "Ada Aaron Abigail Adrian Alice Amara Andre Angela Anthony April Arthur Ava Barbara Beatrice Benjamin "
        "Bianca Brandon Brianna Caleb Calvin Camille Carla Carter Cedric Charlotte Chloe Clara Colin Connor "
        "Curtis Daisy Damon Daniel Darius Deborah Derek Diana Dominic Dorothy Eleanor Eli Elijah Ella Emmett Erin "
        "Esther Ethan Evelyn Faith Fiona Frances Gavin George Gloria Grace Graham Hannah Harold Harper Hazel "
        "Henry Holly Imani Iris Isaac Ivy Jacob Jada Jamal Janet Jasmine Jerome Joanna Joel Jordan Josephine "
        "Julian Kara Keisha Kendra Kevin Lance Laura Leah Leon Lillian Logan Lucas Lydia Malik Marcus Margaret "
        "Martha Mason Maxine Megan Miles Miriam Monique Nadia Naomi Nathan Nina Noah Nora Olivia Omar Oscar Owen "
        "Patricia Paul Pearl Peter Phoebe Quentin Rachel Raymond Rebecca Regina Rose Ruby Russell Ruth Samuel "
        "Sasha Seth Sharon Simon Sophie Stella Tamara Terrence Theo Tobias Tyrone Ursula Valerie Vera Vincent "
        "Violet Walter Wesley Willa Xavier Yvonne Zoe"
    ),
    split(
        "Abbott Adler Alston Anders Ashby Atwater Bailey Barlow Barnes Baxter Becker Bell Benton Birch Blackwell "
        "Boone Bowen Bradley Brandt Briggs Brooks Buckner Burke Callahan Carlisle Carver Chambers Clayton Cole "
        "Conrad Cooper Crane Crawford Dalton Davies Dawson Denton Dixon Doyle Draper Dunn Eaton Ellis Emerson "
        "Farrell Fields Finch Fletcher Foster Frazier Freeman Gaines Garner Gibbs Glover Goodwin Grady Graves "
        "Greer Hale Hampton Hardy Harmon Hayes Henson Hobbs Hoffman Holloway Hooper Horton Howell Hughes Ingram "
        "Jarvis Jennings Keller Kemp Kendall Kirby Klein Lambert Lang Larson Lawson Lindgren Lowe Lyons Maddox "
        "Marsh Mayfield McBride McCall Meyer Monroe Morrow Mosley Nash Newell Nolan Norris Oakley Olson Osborne "
        "Parrish Patton Pearson Perry Pike Porter Pratt Quigley Ramsey Reeves Rhodes Rowe Sawyer Schmidt Sharpe "
        "Shelton Sloan Sorensen Stanton Stokes Sutton Tanner Tate Thornton Tillman Travis Tucker Vance Vaughn "
        "Wade Walsh Washington Webb Wheeler Whitaker Wolfe Woodard Yates York"
    ),
    split(
        "Abigail Alice Amara Angela Barbara Beatrice Bianca Brianna Camille Carla Charlotte Clara Deborah Diana "
        "Dorothy Eleanor Erin Esther Evelyn Faith Fiona Frances Gloria Grace Hannah Hazel Holly Imani Iris Jada "
        "Janet Jasmine Joanna Josephine Kara Keisha Kendra Laura Leah Lillian Lydia Margaret Martha Maxine Megan "
        "Miriam Monique Nadia Naomi Nina Nora Olivia Patricia Pearl Phoebe Rachel Rebecca Regina Rose Ruby Ruth "
        "Sharon Sophie Stella Tamara Ursula Valerie Vera Violet Yvonne Zoe"
    ),
    split(
        "Aaron Adrian Anthony Arthur Benjamin Brandon Caleb Calvin Carter Cedric Colin Connor Curtis Damon Daniel "
        "Darius Derek Dominic Eli Elijah Emmett Ethan Gavin George Graham Harold Henry Isaac Jacob Jamal Jerome "
        "Joel Julian Kevin Lance Leon Logan Lucas Malik Marcus Mason Miles Nathan Noah Omar Oscar Owen Paul Peter "
        "Quentin Raymond Russell Samuel Seth Simon Terrence Theo Tobias Tyrone Vincent Walter Wesley Xavier"
    ),
)

SPANISH = NameList(
    split(
        "Adriana Alejandra Alejandro Alma Alonso Ana Andrés Ángel Beatriz Blanca Camila Carlos Carmen Catalina "
        "César Claudia Consuelo Cristina Daniela David Diego Dolores Eduardo Elena Emilio Enrique Esperanza "
        "Esteban Fabiola Felipe Fernanda Francisco Gabriela Gerardo Gloria Graciela Guadalupe Gustavo Héctor Hugo "
        "Ignacio Inés Irene Isabel Iván Javier Jimena Joaquín Jorge José Juana Julia Julio Leticia Lorena Lucía "
        "Luis Luz Manuel Marcela Marcos María Mariana Mario Marisol Martín Mateo Mauricio Miguel Mónica Natalia "
        "Nicolás Octavio Pablo Paloma Paula Pedro Pilar Rafael Ramón Raúl Renata Ricardo Roberto Rocío Rodrigo "
        "Rosa Rubén Salvador Samuel Santiago Sara Sergio Silvia Sofía Susana Teresa Tomás Valeria Verónica "
        "Vicente Víctor Ximena Yolanda"
    ),
    split(
        "Acevedo Acosta Aguilar Alarcón Alvarado Amaya Aranda Arias Ávila Ayala Barrera Benítez Bravo Bustos "
        "Cabrera Calderón Camacho Campos Cárdenas Carrillo Castañeda Castillo Cervantes Cisneros Contreras "
        "Córdova Coronado Cortez Cruz Delgado Duarte Escobar Espinoza Estrada Figueroa Flores Fuentes Galindo "
        "Gallegos Garza Guerrero Gutiérrez Herrera Ibarra Jiménez Juárez Lara Leal León Lozano Luna Macías "
        "Maldonado Medina Mejía Mendoza Mercado Meza Miranda Molina Montoya Morales Muñoz Nava Navarro Núñez "
        "Ochoa Orozco Ortega Ortiz Pacheco Padilla Paredes Peña Pineda Ponce Quintero Ramos Rangel Reyes Ríos "
        "Robles Rojas Romero Rosales Rubio Ruiz Salazar Salinas Sandoval Santana Serrano Solís Soto Tapia Toledo "
        "Trejo Trujillo Valdez Valencia Vargas Vega Velasco Vera Villarreal Zamora Zavala Zepeda Zúñiga"
    ),
    split(
        "Adriana Alejandra Alma Ana Beatriz Blanca Camila Carmen Catalina Claudia Consuelo Cristina Daniela "
        "Dolores Elena Esperanza Fabiola Fernanda Gabriela Gloria Graciela Guadalupe Inés Irene Isabel Jimena "
        "Juana Julia Leticia Lorena Lucía Luz Marcela María Mariana Marisol Mónica Natalia Paloma Paula Pilar "
        "Renata Rocío Rosa Sara Silvia Sofía Susana Teresa Valeria Verónica Ximena Yolanda"
    ),
    split(
        "Alejandro Alonso Andrés Carlos César David Diego Eduardo Emilio Enrique Esteban Felipe Francisco Gerardo "
        "Gustavo Héctor Hugo Ignacio Iván Javier Joaquín Jorge José Julio Luis Manuel Marcos Mario Martín Mateo "
        "Mauricio Miguel Nicolás Octavio Pablo Pedro Rafael Ramón Raúl Ricardo Roberto Rodrigo Rubén Salvador "
        "Samuel Santiago Sergio Tomás Vicente Víctor"
    ),
)

VIETNAMESE = NameList(
    split(
        "An Anh Bảo Bích Châu Chi Cường Đạt Diễm Đức Dũng Giang Hà Hải Hằng Hiền Hòa Hoàng Hồng Hùng Hương Huy "
        "Khánh Khoa Kim Lan Liên Linh Loan Long Mai Minh My Nam Nga Ngân Ngọc Nhung Oanh Phong Phúc Phương Quang "
        "Quyên Sơn Tâm Thanh Thảo Thu Thủy Tiên Trang Trúc Tuấn Tuyết Uyên Vân Việt Vy Xuân Yến"
    ),
    split("Bùi Cao Châu Đặng Đinh Đỗ Dương Hồ Hoàng Huỳnh Lâm Lê Lý Mai Ngô Nguyễn Phạm Phan Tạ Trần Trương Võ"),
    split(
        "Bích Chi Diễm Hà Hằng Hiền Hoa Hồng Hương Lan Liên Loan Mai My Nga Ngân Ngọc Nhung Oanh Phương Quyên "
        "Thảo Thu Thủy Tiên Trang Trúc Tuyết Uyên Vân Xuân Yến"
    ),
    split(
        "Bảo Cường Đạt Đức Dũng Hải Hòa Hoàng Hùng Huy Khánh Khoa Long Minh Nam Phong Phúc Quang Sơn Tâm Thanh "
        "Tuấn Việt"
    ),
)

OTHER = NameList(
    split(
        "Abdi Aisha Amina Amir Anjali Arjun Asha Ayaan Bilal Chen Deepa Elif Farah Fatima Hana Hassan Hodan "
        "Ibrahim Ioana Jun Kavya Khadija Layla Lina Mei Meera Mohamed Nasra Nikolai Oksana Priya Rania Ravi Salma "
        "Samir Sanjay Tariq Vikram Wei Yara Yusuf Zahra"
    ),
    split(
        "Abdullahi Ahmed Aziz Banerjee Chaudhry Farah Gupta Haddad Hassan Hussein Ismail Ivanenko Kapoor Khalil "
        "Liang Mansour Mehta Mohamud Nair Omar Osman Popescu Qureshi Rahman Rao Sharif Singh Tan Warsame Wong "
        "Yılmaz Zhang"
    ),
    split(
        "Aisha Amina Anjali Asha Deepa Elif Farah Fatima Hana Hodan Ioana Kavya Khadija Layla Lina Mei Meera "
        "Nasra Oksana Priya Rania Salma Yara Zahra"
    ),
    split("Abdi Amir Arjun Ayaan Bilal Hassan Ibrahim Jun Mohamed Nikolai Ravi Samir Sanjay Tariq Vikram Wei Yusuf"),
)

BY_LANGUAGE = {"en": ENGLISH, "es": SPANISH, "vi": VIETNAMESE, "so": OTHER, "ar": OTHER, "hi": OTHER}
"""Whose names a home of this language bears; a home of unknown language is drawn among all."""

AREA_CODES = {
    "America/Chicago": (
        402, 316, 785, 620, 913, 308, 531, 515, 641, 712, 319, 563, 816, 417, 573, 660, 405, 918, 580, 539, 612, 651,
        763, 952, 507, 608, 715, 414, 262, 312, 773, 708, 630, 815, 618, 309, 217, 847, 224, 331, 779, 314, 636, 501,
        479, 870, 214, 972, 469, 817, 713, 281, 832, 346, 512, 737, 210, 726, 254, 361, 325, 409, 430, 432, 806, 830,
        903, 936, 940, 956, 979, 504, 225, 318, 337, 985, 601, 662, 769, 205, 251, 256, 334, 615, 629, 731, 901, 931,
    ),
    "America/Denver": (970, 303, 720, 719, 307, 505, 575, 406, 801, 385, 435, 983, 915),
    "America/New_York": (
        201, 202, 203, 207, 212, 215, 216, 234, 239, 240, 248, 252, 260, 267, 269, 272, 276, 301, 302, 304, 305, 313,
        315, 317, 321, 330, 336, 339, 347, 351, 352, 380, 386, 401, 404, 407, 410, 412, 413, 419, 434, 440, 443, 470,
        475, 478, 484, 502, 508, 513, 516, 517, 518, 540, 551, 561, 567, 570, 571, 574, 585, 586, 603, 606, 607, 609,
        610, 614, 616, 617, 631, 646, 656, 667, 678, 681, 703, 704, 706, 716, 717, 718, 724, 727, 732, 734, 740, 754,
        757, 762, 765, 770, 772, 774, 781, 786, 802, 803, 804, 810, 812, 813, 814, 828, 843, 845, 848, 850, 856, 857,
        859, 860, 862, 863, 864, 865, 878, 904, 908, 910, 912, 914, 917, 919, 929, 937, 941, 947, 954, 959, 973, 978,
    ),
    "America/Los_Angeles": (
        206, 209, 213, 253, 310, 323, 360, 408, 415, 424, 425, 442, 503, 509, 510, 530, 541, 559, 562, 619, 626, 628,
        650, 657, 661, 669, 702, 707, 714, 725, 747, 760, 805, 818, 831, 858, 909, 916, 925, 949, 951, 971,
    ),
}  # fmt: skip
"""North American area codes by the one zone that the numbering plan gives them, nearest to the district first.
Each holds the hundred numbers 555-0100 to 555-0199 that are kept free for fiction."""

STREETS = split(
    "Alder Aspen Bluestem Boxelder Canyon Chestnut Clover Cottonwood Depot Elm Fairground Grange Hickory "
    "Juniper Larkspur Linden Locust Mill Orchard Prairie Quarry Railroad Ridge Sage Sumac Sunflower Sycamore "
    "Walnut Wheatland Yucca"
)
